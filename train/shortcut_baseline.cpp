#include "train/shortcut_baseline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "tensor/errors.h"
#include "train/delong.h"
#include "train/logistic_regression.h"
#include "train/roc.h"
#include "train/stratified_groups.h"

namespace nanopneumo {
namespace {

using Features = std::vector<double> (*)(const PictureMeasures&);

std::vector<double> size_of(const PictureMeasures& m) {
  return {std::log(m.height), std::log(m.width)};
}
std::vector<double> brightness_of(const PictureMeasures& m) { return {m.brightness}; }
std::vector<double> both_of(const PictureMeasures& m) {
  return {std::log(m.height), std::log(m.width), m.brightness};
}

FeatureRows rows_of(const MeasuredPictures& pictures, Features features) {
  FeatureRows rows;
  for (const PictureMeasures& m : pictures.measures) rows.push_back(features(m));
  return rows;
}

/// The folds that both classes' patients suffice for; 0 where there are none.
int possible_folds(const MeasuredPictures& pictures) {
  std::array<std::set<std::string>, 2> patients;
  for (std::size_t i = 0; i < pictures.labels.size(); ++i)
    patients[pictures.labels[i]].insert(pictures.groups[i]);
  const std::size_t fewest = std::min(patients[0].size(), patients[1].size());
  return fewest < 2 ? 0 : static_cast<int>(std::min(fewest, std::size_t{kBaselineFolds}));
}

std::vector<int> folds_of(const MeasuredPictures& pictures) {
  const int folds = possible_folds(pictures);
  if (folds == 0) return {};
  const std::vector<int> labels(pictures.labels.begin(), pictures.labels.end());
  const std::vector<double> shares(static_cast<std::size_t>(folds), 1.0 / folds);
  try {
    return stratified_folds(pictures.groups, labels, shares, /*seed=*/1, {"negative", "positive"});
  } catch (const InputError&) {
    return {};  // patients with pictures of both classes may leave a fold without one
  }
}

std::optional<AucFigure> cross_validate(const FeatureRows& rows, const MeasuredPictures& pictures,
                                        const std::vector<int>& folds) {
  if (folds.empty()) return {};
  std::vector<double> scores(rows.size());
  for (int fold = 0; fold <= std::ranges::max(folds); ++fold) {
    FeatureRows others;
    std::vector<std::uint8_t> labels;
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (folds[i] != fold) {
        others.push_back(rows[i]);
        labels.push_back(pictures.labels[i]);
      }
    const LogisticRegression model(others, labels);
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (folds[i] == fold) scores[i] = model.score(rows[i]);
  }
  return auc_figure(scores, pictures.labels);
}

std::optional<AucFigure> test_auc(const FeatureRows& rows, const MeasuredPictures& training,
                                  const FeatureRows& test_rows, const MeasuredPictures& test) {
  if (test_rows.empty()) return {};
  const LogisticRegression model(rows, training.labels);
  std::vector<double> scores;
  for (const std::vector<double>& row : test_rows) scores.push_back(model.score(row));
  return auc_figure(scores, test.labels);
}

}  // namespace

std::optional<AucFigure> auc_figure(std::span<const double> scores,
                                    std::span<const std::uint8_t> labels) {
  const std::optional<double> area = roc_auc(scores, labels);
  if (!area) return {};
  AucFigure figure{*area, {}};
  if (const auto d = delong(scores, labels)) figure.interval95 = within_unit(d->interval95);
  return figure;
}

std::vector<ShortcutBaseline> shortcut_baselines(const MeasuredPictures& training,
                                                 const MeasuredPictures& test) {
  const std::vector<int> folds = folds_of(training);
  std::vector<ShortcutBaseline> result;
  const auto add = [&](const char* sees, Features features) {
    ShortcutBaseline baseline{.sees = sees};
    const FeatureRows rows = rows_of(training, features);
    baseline.anything_to_see =
        std::ranges::any_of(rows, [&](const auto& row) { return row != rows[0]; });
    if (baseline.anything_to_see) {
      baseline.cross_validated = cross_validate(rows, training, folds);
      baseline.on_test = test_auc(rows, training, rows_of(test, features), test);
    }
    result.push_back(baseline);
  };
  add("size", size_of);
  add("brightness", brightness_of);
  add("size and brightness", both_of);
  return result;
}

}  // namespace nanopneumo
