// Who was called what.
#include <fmt/format.h>

#include <algorithm>

#include "tools/report/figures.h"
#include "tools/report/html.h"
#include "tools/report/sections.h"

namespace nanopneumo::report {
namespace {

/// A cell, the darker the larger its share of the images of this class.
std::string cell(std::int64_t count, std::int64_t of_class) {
  const double share = of_class ? static_cast<double>(count) / static_cast<double>(of_class) : 0;
  return fmt::format(
      "<td style=\"background:rgba(var(--cell),{:.2f})\"><b>{}</b><small>{}</small></td>",
      0.08 + 0.32 * share, whole(count), of_class ? percent(share) : "no image of this class");
}

std::string matrix(const RunGroup& group) {
  const RunRecord& run = group.first();
  const ConfusionMatrix& c = run.best_epoch().validation;
  const std::string negative = escape(run.facts ? run.facts->classes[0] : "negative");
  const std::string positive = escape(run.facts ? run.facts->classes[1] : "positive");
  return fmt::format(
      "<div class=\"confusion\"><table>\n<caption>{}</caption>\n<thead><tr><td></td>"
      "<th scope=\"col\">called {}</th><th scope=\"col\">called {}</th></tr></thead>\n<tbody>"
      "<tr><th scope=\"row\">is {}</th>{}{}</tr>\n<tr><th scope=\"row\">is {}</th>{}{}</tr></tbody>"
      "</table></div>\n",
      escape(name_of_run(group, run)), negative, positive, negative,
      cell(c.true_negatives, c.negatives()), cell(c.false_positives, c.negatives()), positive,
      cell(c.false_negatives, c.positives()), cell(c.true_positives, c.positives()));
}

}  // namespace

std::optional<Section> confusion_section(const Report& report) {
  std::vector<std::string> panels;
  for (const RunGroup& group : report.groups) panels.push_back(matrix(group));
  return Section{"confusion", "Confusion matrices",
                 figure(panels,
                        "Counts of validation images at threshold 0.5 in the best epoch, and their "
                        "share of the class. Of several seeds or folds the lowest is shown.")};
}

}  // namespace nanopneumo::report
