// What the runs took.
#include <fmt/format.h>

#include "tools/report/figures.h"
#include "tools/report/html.h"
#include "tools/report/sections.h"

namespace nanopneumo::report {

std::optional<Section> cost_section(const Report& report) {
  HtmlTable table("Time of training and validation, and memory",
                  {"Run", "Training", "Validation", "Per epoch", "Peak memory, MiB", "Device",
                   "Parameters", "Trained at first"});
  for (const RunGroup& group : report.groups)
    for (const RunRecord& run : group.runs) {
      std::vector<std::string> cells{escape(name_of_run(group, run))};
      if (run.cost) {
        const double seconds = run.cost->training_seconds + run.cost->validation_seconds;
        for (const double part : {run.cost->training_seconds, run.cost->validation_seconds,
                                  seconds / static_cast<double>(run.epochs.size())})
          cells.push_back(duration(part));
        cells.push_back(whole(run.cost->peak_memory_mib));
      } else {
        cells.resize(5, "not recorded");
      }
      cells.push_back(fmt::format(
          "{}, {}", escape(run.config.device),
          run.config.threads ? fmt::format("{} threads", run.config.threads) : "all threads"));
      cells.push_back(run.facts ? whole(run.facts->parameters) : "not recorded");
      cells.push_back(run.facts ? whole(run.facts->trained_parameters) : "not recorded");
      table.add(cells);
    }
  return Section{"cost", "Time and memory",
                 table.html() +
                     "<p>Time without reading the images and preparing the network. Memory is the "
                     "largest resident size of the process while it trained the run, "
                     "images included.</p>\n"};
}

}  // namespace nanopneumo::report
