// ROC and precision-recall curves.
#include <fmt/format.h>

#include "tools/report/html.h"
#include "tools/report/sections.h"
#include "tools/report/svg_plot.h"
#include "train/roc.h"

namespace nanopneumo::report {
namespace {

double ratio(std::int64_t part, std::int64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

std::vector<Point> roc_points(const std::vector<RocPoint>& curve) {
  std::vector<Point> points;
  for (const RocPoint& p : curve)
    points.push_back({ratio(p.false_positives, curve.back().false_positives),
                      ratio(p.true_positives, curve.back().true_positives)});
  return points;
}

/// As steps: between two thresholds no recall is reached with a precision of its own.
std::vector<Point> precision_recall_points(const std::vector<RocPoint>& curve) {
  std::vector<Point> points;
  double recall = 0;
  for (std::size_t k = 1; k < curve.size(); ++k) {
    const RocPoint& p = curve[k];
    const double precision = ratio(p.true_positives, p.true_positives + p.false_positives);
    points.push_back({recall, precision});
    recall = ratio(p.true_positives, curve.back().true_positives);
    points.push_back({recall, precision});
  }
  return points;
}

}  // namespace

std::optional<Section> ranking_section(const Report& report) {
  std::vector<std::string> keys;
  std::string roc_words, pr_words;
  struct Curve {
    std::string name;
    std::vector<RocPoint> points;
    int series;
  };
  std::vector<Curve> curves;
  for (std::size_t i = 0; i < report.groups.size(); ++i) {
    const RunGroup& group = report.groups[i];
    if (!group.first().predictions) continue;
    const std::vector<double> scores = group.first().predictions->probabilities();
    const auto& labels = group.first().predictions->labels;
    const auto auc = roc_auc(scores, labels), precision = average_precision(scores, labels);
    if (!auc || !precision) continue;
    const int series = static_cast<int>(i);
    curves.push_back({name_of_run(group, group.first()), roc_curve(scores, labels), series});
    keys.push_back(legend_entry(
        fmt::format("{}: AUC {:.3f}, PR AUC {:.3f}", curves.back().name, *auc, *precision), series,
        series % 2 ? Stroke::dashed : Stroke::solid));
    roc_words += fmt::format(" {}: area {:.3f}.", curves.back().name, *auc);
    pr_words += fmt::format(" {}: area {:.3f}.", curves.back().name, *precision);
  }
  if (curves.empty()) return std::nullopt;
  Plot roc("ROC", "Receiver operating characteristic." + roc_words, {"1 - specificity"},
           {"sensitivity"});
  Plot pr("Precision and recall", "Precision-recall curves." + pr_words, {"recall (sensitivity)"},
          {"precision"});
  roc.reference({0, 0}, {1, 1});
  for (const Curve& curve : curves) {
    const Stroke stroke = curve.series % 2 ? Stroke::dashed : Stroke::solid;
    roc.line(roc_points(curve.points), curve.series, stroke, curve.name);
    pr.line(precision_recall_points(curve.points), curve.series, stroke, curve.name);
  }
  return Section{
      "curves", "ROC and precision-recall curves",
      legend(keys) +
          figure({roc.svg(), pr.svg()},
                 "How well each model ranks the validation images, whatever the threshold. Of "
                 "several seeds or folds the lowest is shown. The dotted diagonal is a coin's ROC "
                 "curve.") +
          without_predictions_note(report)};
}

}  // namespace nanopneumo::report
