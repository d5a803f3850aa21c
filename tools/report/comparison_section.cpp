// Which model is really better.
#include <fmt/format.h>

#include "tools/report/figures.h"
#include "tools/report/html.h"
#include "tools/report/sections.h"

namespace nanopneumo::report {

std::optional<Section> comparison_section(const Report& report) {
  if (report.groups.size() < 2) return std::nullopt;
  std::string body;
  if (!report.comparisons.pairs.empty()) {
    HtmlTable table("Paired tests on the same validation images",
                    {"Pair", "Accuracy difference, points", "Only first right", "Only second right",
                     "McNemar p", "adjusted", "AUC difference", "DeLong p", "adjusted",
                     "Accuracies of all seeds"});
    for (const PairedComparison& pair : report.comparisons.pairs)
      table.add({fmt::format("{} and {}", escape(pair.first), escape(pair.second)),
                 fmt::format("{:+.1f}", 100 * pair.accuracy_difference),
                 whole(pair.disagreements.only_first_right),
                 whole(pair.disagreements.only_second_right), p_value(pair.mcnemar),
                 p_value(pair.mcnemar_adjusted),
                 pair.auc ? fmt::format("{:+.3f}", pair.auc->difference) : "–",
                 pair.auc ? p_value(pair.auc->p_value) : "–",
                 pair.auc_adjusted ? p_value(*pair.auc_adjusted) : "–",
                 !pair.seeds_overlap   ? "–"
                 : *pair.seeds_overlap ? "overlap"
                                       : "apart"});
    body += table.html();
    body +=
        "<p>McNemar's exact test asks whether one model is right more often, DeLong's whether it "
        "ranks better. Adjusted: by Holm's method over all pairs of the table; only an adjusted p "
        "below 0.05 is worth a sentence. Of several seeds the lowest is tested: a test does not "
        "say how another seed would have come out. Where the accuracies of all seeds overlap, it "
        "may have been the other way round.</p>\n";
  }
  for (const std::string& reason : report.comparisons.left_out) body += note(escape(reason));
  return Section{"tests", "Are the differences more than chance?", body};
}

}  // namespace nanopneumo::report
