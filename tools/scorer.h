// What one trained run, or several together, say about pictures.
#pragma once

#include <span>

#include "io/dataset_files.h"
#include "tools/trained_run.h"
#include "train/predictions.h"

namespace nanopneumo {

/// Options of `evaluate` and `predict`.
struct ScoringOptions {
  std::string run;
  std::vector<std::string> with;  ///< other runs of an ensemble
  std::string checkpoint = "best", threshold = "0.5", augment = "run";
  int versions = 1;  ///< of each picture, for test-time augmentation
  bool calibrated = false;
  DeviceOptions device{};
};

/// --with, --tta, --tta-augment, --calibrated, --threshold, --checkpoint and the device options.
void add_scoring_options(Command command, ScoringOptions& options);

/// The runs of the options, ready. A score is the mean of their probabilities for the positive class
/// (an ensemble as in Lakshminarayanan et al. 2017), each the mean over the picture's versions
/// (test_time.h) of sigmoid(logit / T), with T = 1 or, calibrated, the one that fits the run's own
/// validation images (temperature.h).
class Scorer {
 public:
  /// Throws InputError where a run cannot be loaded, the runs have different classes, or what the options
  /// ask for needs validation predictions or an augmentation that a run does not have.
  explicit Scorer(const ScoringOptions& options);

  const TrainedRun& first() const { return members_.front().run; }
  const std::vector<std::string>& classes() const { return first().header.classes; }
  /// From which score on a picture is called positive: as given, or chosen on the validation images.
  double threshold() const { return threshold_; }
  /// "MobileNet, best epoch (4)", with what was asked for beyond that, a line each.
  std::string description() const;
  /// Whether temperatures or the threshold were chosen on one of these pictures; `names` as names_within
  /// gives them.
  bool was_fitted_to(std::span<const std::string> names) const;

  /// A score for each file. With bars on standard error where `shows_progress`. Throws InputError as
  /// load_images and score_images.
  std::vector<double> score(std::span<const LabelledFile> files, bool shows_progress) const;

 private:
  struct Member {
    TrainedRun run;
    std::optional<Predictions> validation;  ///< where something is chosen by them
    double temperature = 1;
  };

  Member load_member(const std::string& folder) const;
  /// The ensemble's scores for the validation images, which have to be the same for all.
  std::vector<double> validation_scores() const;
  double find_threshold() const;
  bool needs_validation() const;
  std::vector<double> member_scores(const Member& member, std::span<const LabelledFile> files,
                                    bool shows_progress) const;

  ScoringOptions options_;
  std::vector<Member> members_;
  double threshold_ = 0.5;
};

}  // namespace nanopneumo
