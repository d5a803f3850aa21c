// Images that were looked at once, after the best epoch was chosen: RUN/test.json.
//
// An object whose member "images" is a list of objects with "label" (0 or 1) and "score" (the
// probability of the positive class).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "io/file_bytes.h"
#include "io/is_there.h"
#include "tensor/errors.h"
#include "tools/report/evaluation.h"
#include "tools/report/figures.h"
#include "tools/report/html.h"
#include "tools/report/json_view.h"
#include "tools/report/sections.h"
#include "train/calibration.h"
#include "train/roc.h"
#include "train/temperature.h"

namespace nanopneumo::report {
namespace {

struct ScoredImages {
  std::vector<double> scores;
  std::vector<std::uint8_t> labels;
};

ScoredImages read_test(const std::filesystem::path& file) {
  const Json json = read_json_object(file);
  ScoredImages test;
  try {
    for (const Json& picture : json.at("images")) {
      test.scores.push_back(picture.at("score").get<double>());
      test.labels.push_back(picture.at("label").get<std::uint8_t>());
    }
  } catch (const Json::exception&) {
    throw_input_error("{} holds no labels and scores of pictures; restore it, or remove it",
                      shown(file));
  }
  for (std::size_t i = 0; i < test.scores.size(); ++i)
    if (test.labels[i] > 1 || !(test.scores[i] >= 0 && test.scores[i] <= 1))
      throw_input_error(
          "{}: picture {} has no label 0 or 1, or no score from 0 to 1; restore the file",
          shown(file), i + 1);
  if (test.scores.empty())
    throw_input_error("{} names no picture; restore it, or remove it", shown(file));
  return test;
}

/// Logits of probabilities; those that were rounded to 0 or 1 become large ones.
std::vector<double> logits_of(const std::vector<double>& scores) {
  constexpr double kLargest = 40;
  std::vector<double> logits;
  for (const double p : scores)
    logits.push_back(std::clamp(std::log(p) - std::log1p(-p), -kLargest, kLargest));
  return logits;
}

/// The images at a threshold that was chosen on the validation images.
std::vector<std::string> choice_row(const std::string& run, const char* choice, double threshold,
                                    const ScoredImages& test) {
  const ConfusionMatrix c = confusion_matrix(test.scores, test.labels, threshold);
  return {run,
          choice,
          threshold_text(threshold),
          percent(c.accuracy()),
          percent(c.sensitivity()),
          percent(c.specificity())};
}

void add_choices(HtmlTable& table, const std::string& run, const Predictions& validation,
                 const ScoredImages& test) {
  const std::vector<double> scores = validation.probabilities();
  if (const auto y = youden_point(scores, validation.labels))
    table.add(choice_row(run, "Youden", y->threshold, test));
  if (const auto p = point_at_sensitivity(scores, validation.labels, 0.95))
    table.add(choice_row(run, "finds 95 %", p->threshold, test));
}

void add_temperature(HtmlTable& table, const std::string& run, double temperature,
                     const ScoredImages& test) {
  const auto scaled = scaled_probabilities(logits_of(test.scores), temperature);
  table.add({run, decimal(temperature, 2), decimal(log_loss(test.scores, test.labels)),
             decimal(log_loss(scaled, test.labels)),
             decimal(expected_calibration_error(test.scores, test.labels)),
             decimal(expected_calibration_error(scaled, test.labels))});
}

}  // namespace

std::optional<Section> test_section(const Report& report) {
  HtmlTable figures("The test images, at threshold 0.5; below each figure its 95 % interval",
                    {"Run", "Images", "Accuracy", "AUC", "PR AUC", "Sensitivity", "Specificity",
                     "Precision", "F1"});
  HtmlTable choices("The test images at thresholds chosen on the validation images",
                    {"Run", "Choice", "Threshold", "Accuracy", "Sensitivity", "Specificity"});
  HtmlTable temperatures(
      "The test images with the temperature fitted to the validation images",
      {"Run", "Temperature", "Log loss", "scaled", "Calibration error", "scaled"});
  bool any = false, any_choice = false;
  for (const RunGroup& group : report.groups)
    for (const RunRecord& run : group.runs) {
      const std::filesystem::path file = run.folder / "test.json";
      if (!is_there(file)) continue;
      any = true;
      const ScoredImages test = read_test(file);
      const std::string name = escape(name_of_run(group, run));
      const Evaluation e = evaluate(test.scores, test.labels);
      figures.add({name, whole(e.confusion.n()), share_cell(e.accuracy), unit_cell(e.auc),
                   unit_cell(e.pr_auc), share_cell(e.sensitivity), share_cell(e.specificity),
                   share_cell(e.precision), unit_cell(e.f1)});
      if (!run.predictions) continue;
      const auto t = fit_temperature(run.predictions->logits, run.predictions->labels);
      if (!t) continue;  // one class alone: nothing can be chosen
      any_choice = true;
      add_choices(choices, name, *run.predictions, test);
      add_temperature(temperatures, name, *t, test);
    }
  if (!any) return std::nullopt;
  return Section{"test", "Test images, looked at once",
                 figures.html() +
                     "<p>Nothing was chosen by these images: no epoch, no threshold. "
                     "These are the figures to believe.</p>\n" +
                     (any_choice ? choices.html() + temperatures.html() : "")};
}

}  // namespace nanopneumo::report
