// How the runs were made.
#include <fmt/format.h>

#include "tools/report/figures.h"
#include "tools/report/html.h"
#include "tools/report/sections.h"

namespace nanopneumo::report {
namespace {

std::string image_counts(const std::array<std::int64_t, 2>& counts, const RunFacts& facts,
                         const std::string& source) {
  return fmt::format("{} from {}<br><small>{} {}, {} {}</small>", whole(counts[0] + counts[1]),
                     escape(source), whole(counts[0]), escape(facts.classes[0]), whole(counts[1]),
                     escape(facts.classes[1]));
}

/// The name of the file alone: where it lay is nobody's business.
std::string weights_cell(const RunRecord& run) {
  if (run.config.weights.empty()) return "none: trained from scratch";
  if (run.has_random_backbone()) return "random (--weights none)";
  std::string cell = escape(std::filesystem::path(run.config.weights).filename().string());
  if (run.facts && !run.facts->weights_checksum.empty())
    cell += fmt::format("<br><small>checksum {}</small>", escape(run.facts->weights_checksum));
  return cell;
}

std::string facts_table(const Report& report) {
  HtmlTable table("Data and weights",
                  {"Run", "Training images", "Validation images", "Weights", "nanopneumo"});
  for (const RunGroup& group : report.groups)
    for (const RunRecord& run : group.runs) {
      const auto& f = run.facts;
      table.add({escape(name_of_run(group, run)),
                 f ? image_counts(f->training, *f, f->training_source) : "not recorded",
                 f ? image_counts(f->validation, *f, f->validation_source)
                   : whole(run.best_epoch().validation.n()),
                 weights_cell(run), f ? escape(f->version) : "not recorded"});
    }
  return table.html();
}

std::string options_of(const RunRecord& run) {
  Config config = run.config;
  config.weights = std::filesystem::path(config.weights).filename().string();
  config.data = std::filesystem::path(config.data).filename().string();
  return fmt::format("<pre>{}</pre>\n", escape_lines(to_toml(config)));
}

std::string notes_of(const RunRecord& run) {
  if (!run.facts || run.facts->notes.empty()) return "";
  std::string list = "<ul>";
  for (const std::string& text : run.facts->notes) list += fmt::format("<li>{}</li>", escape(text));
  return list + "</ul>\n";
}

}  // namespace

std::optional<Section> configuration_section(const Report& report) {
  std::string body = facts_table(report);
  for (const RunGroup& group : report.groups)
    for (const RunRecord& run : group.runs)
      body += details(
          fmt::format("Every option of {} ({})", escape(name_of_run(group, run)), escape(run.name)),
          notes_of(run) + options_of(run));
  return Section{"configuration", "Configuration", body};
}

}  // namespace nanopneumo::report
