// Images that were looked at once, after the best epoch was chosen: RUN/test.json.
//
// An object whose member "images" is a list of objects with "label" (0 or 1) and "score" (the
// probability of the positive class).
#include <fmt/format.h>

#include "io/file_bytes.h"
#include "tensor/errors.h"
#include "tools/report/evaluation.h"
#include "tools/report/figures.h"
#include "tools/report/html.h"
#include "tools/report/json_view.h"
#include "tools/report/sections.h"

namespace nanopneumo::report {
namespace {

Evaluation evaluate_file(const std::filesystem::path& file) {
  const Json json = read_json_object(file);
  std::vector<double> scores;
  std::vector<std::uint8_t> labels;
  try {
    for (const Json& picture : json.at("images")) {
      scores.push_back(picture.at("score").get<double>());
      labels.push_back(picture.at("label").get<std::uint8_t>());
    }
  } catch (const Json::exception&) {
    throw_input_error("{} holds no labels and scores of pictures; restore it, or remove it",
                      shown(file));
  }
  for (std::size_t i = 0; i < scores.size(); ++i)
    if (labels[i] > 1 || !(scores[i] >= 0 && scores[i] <= 1))
      throw_input_error(
          "{}: picture {} has no label 0 or 1, or no score from 0 to 1; restore the file",
          shown(file), i + 1);
  if (scores.empty())
    throw_input_error("{} names no picture; restore it, or remove it", shown(file));
  return evaluate(scores, labels);
}

std::string cell(const Estimate& e, bool as_percent) {
  const std::string value = as_percent ? percent(e.value) : decimal(e.value);
  if (!e.interval) return value;
  return with_range(value, as_percent ? percent_range(*e.interval) : unit_range(*e.interval));
}

}  // namespace

std::optional<Section> test_section(const Report& report) {
  HtmlTable table("The test images, at threshold 0.5; below each figure its 95 % interval",
                  {"Run", "Images", "Accuracy", "AUC", "PR AUC", "Sensitivity", "Specificity",
                   "Precision", "F1"});
  bool any = false;
  for (const RunGroup& group : report.groups)
    for (const RunRecord& run : group.runs) {
      const std::filesystem::path file = run.folder / "test.json";
      std::error_code error;
      if (!std::filesystem::exists(file, error)) continue;
      any = true;
      const Evaluation e = evaluate_file(file);
      table.add({escape(name_of_run(group, run)), whole(e.confusion.n()), cell(e.accuracy, true),
                 cell(e.auc, false), cell(e.pr_auc, false), cell(e.sensitivity, true),
                 cell(e.specificity, true), cell(e.precision, true), cell(e.f1, false)});
    }
  if (!any) return std::nullopt;
  return Section{"test", "Test images, looked at once",
                 table.html() +
                     "<p>Nothing was chosen by these images: no epoch, no threshold. "
                     "These are the figures to believe.</p>\n"};
}

}  // namespace nanopneumo::report
