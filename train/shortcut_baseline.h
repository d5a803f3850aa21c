// How far a classifier gets that sees nothing of what a picture shows.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/picture_facts.h"
#include "train/intervals.h"

namespace nanopneumo {

/// An area under the ROC curve with DeLong's interval.
struct AucFigure {
  double value = 0.5;
  std::optional<Interval> interval95{};  ///< nothing where a class has fewer than two pictures
};

/// Of `scores`; nothing where one class is absent.
std::optional<AucFigure> auc_figure(std::span<const double> scores,
                                    std::span<const std::uint8_t> labels);

/// The pictures of one part.
struct MeasuredPictures {
  std::vector<PictureMeasures> measures;
  std::vector<std::uint8_t> labels;
  std::vector<std::string> groups;  ///< the patient of each
};

struct ShortcutBaseline {
  std::string sees;             ///< "size", "brightness", "size and brightness"
  bool anything_to_see = true;  ///< false where all training pictures are alike in it: then no AUC
  std::optional<AucFigure> cross_validated{};  ///< over the training part, by patient
  std::optional<AucFigure> on_test{};          ///< trained on all of the training part
};

/// Folds of the cross-validation; fewer where a class has fewer patients.
inline constexpr int kBaselineFolds = 5;

/// Logistic regressions on log height and log width, on the mean brightness, and on all three. Each
/// training picture is scored by the model of the folds without its patient; the AUC is over these scores
/// together, and absent where a class has a single patient. `test` may be empty.
std::vector<ShortcutBaseline> shortcut_baselines(const MeasuredPictures& training,
                                                 const MeasuredPictures& test);

}  // namespace nanopneumo
