// Whether a score of 0.8 means pneumonia in 80 of 100.
#include <fmt/format.h>

#include "tools/report/evaluation.h"
#include "tools/report/figures.h"
#include "tools/report/html.h"
#include "tools/report/sections.h"
#include "tools/report/svg_plot.h"
#include "train/calibration.h"
#include "train/temperature.h"

namespace nanopneumo::report {
namespace {

constexpr int kBins = 10;

std::string reliability_plot(const RunGroup& group, int series) {
  const Predictions& predictions = *group.first().predictions;
  const std::vector<double> scores = predictions.probabilities();
  const double ece = expected_calibration_error(scores, predictions.labels);
  Plot plot(group.title,
            fmt::format("Reliability diagram of {}: expected calibration error {:.3f}.",
                        name_of_run(group, group.first()), ece),
            {"mean score in the bin"}, {"share of positives"});
  plot.reference({0, 0}, {1, 1});
  std::vector<Point> line;
  std::vector<std::string> hints;
  for (const ReliabilityBin& bin : reliability_curve(scores, predictions.labels, kBins)) {
    if (bin.count == 0) continue;
    line.push_back({bin.mean_score(), bin.positive_share()});
    const Interval interval = wilson_interval(bin.positives, bin.count);
    plot.whisker(bin.mean_score(), interval.low, interval.high, series);
    hints.push_back(fmt::format("scores {:.1f} to {:.1f}: {} of {} positive", bin.low, bin.high,
                                bin.positives, bin.count));
  }
  plot.line(line, series);
  for (std::size_t i = 0; i < line.size(); ++i) plot.dot(line[i], series, hints[i]);
  return plot.svg();
}

std::string calibration_table(const Report& report) {
  HtmlTable table("Calibration of the validation scores; smaller is better",
                  {"Run", "Brier score", "Log loss", "Expected calibration error (15 bins)",
                   "Temperature", "Log loss, scaled", "Calibration error, scaled"});
  for (const RunGroup& group : report.groups)
    for (const RunRecord& run : group.runs) {
      if (!run.predictions) continue;
      const Evaluation e = evaluate(run);
      const Predictions& p = *run.predictions;
      std::vector<std::string> cells{escape(name_of_run(group, run)), unit_cell(e.brier),
                                     decimal(log_loss(p.probabilities(), p.labels)),
                                     decimal(e.calibration_error)};
      const auto temperature = fit_temperature(p.logits, p.labels);
      cells.push_back(decimal(temperature, 2));
      if (temperature) {
        const auto scaled = scaled_probabilities(p.logits, *temperature);
        cells.push_back(decimal(log_loss(scaled, p.labels)));
        cells.push_back(decimal(expected_calibration_error(scaled, p.labels)));
      }
      cells.resize(7, "–");
      table.add(cells);
    }
  return table.html();
}

}  // namespace

std::optional<Section> calibration_section(const Report& report) {
  std::vector<std::string> panels;
  for (std::size_t i = 0; i < report.groups.size(); ++i)
    if (report.groups[i].first().predictions)
      panels.push_back(reliability_plot(report.groups[i], static_cast<int>(i)));
  if (panels.empty()) return std::nullopt;
  return Section{
      "calibration", "Calibration",
      figure(panels,
             "On the dotted diagonal a score can be read as a probability. The whiskers "
             "are 95 % Wilson intervals of the share of positives in each of ten bins; "
             "empty bins are left out. Of several seeds or folds the lowest is shown.") +
          calibration_table(report) +
          "<p>Temperature scaling (Guo et al. 2017) divides every logit by one number, "
          "above 1 where a network is too sure; it changes no decision at 0.5 and no "
          "ranking. It is fitted to the images it is shown for, so the scaled figures "
          "are too good; <code>evaluate --calibrated</code> applies it to others.</p>\n" +
          without_predictions_note(report)};
}

}  // namespace nanopneumo::report
