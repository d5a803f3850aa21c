#include "tools/report/sections.h"

#include <fmt/format.h>

#include "tools/report/html.h"

namespace nanopneumo::report {

std::vector<const RunGroup*> groups_with_predictions(const Report& report) {
  std::vector<const RunGroup*> found;
  for (const RunGroup& group : report.groups)
    if (group.first().predictions) found.push_back(&group);
  return found;
}

std::string without_predictions_note(const Report& report) {
  std::string names;
  for (const RunGroup& group : report.groups)
    if (!group.first().predictions) names += (names.empty() ? "" : ", ") + escape(group.title);
  if (names.empty()) return "";
  return note(fmt::format(
      "Missing here, because the run keeps no score for each image (predictions.csv): {}.", names));
}

std::string name_of_run(const RunGroup& group, const RunRecord& run) {
  const int fold = run.config.protocol.fold;
  return fmt::format("{}, {}seed\u00a0{}", group.title,
                     fold ? fmt::format("fold\u00a0{}, ", fold) : "", run.config.seed);
}

}  // namespace nanopneumo::report
