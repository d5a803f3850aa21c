// The training loop.
#pragma once

#include <chrono>
#include <functional>

#include "train/batches.h"
#include "train/checkpoint.h"
#include "train/data.h"
#include "train/epoch_record.h"
#include "train/run_logs.h"
#include "train/scoring.h"
#include "train/step_memory.h"

namespace nanopneumo {

/// Is told what training does; everything the user sees comes from here.
class TrainingObserver {
 public:
  virtual ~TrainingObserver() = default;
  virtual void on_step(std::int64_t epoch, std::int64_t batch, std::int64_t batches,
                       double mean_loss, double mean_accuracy) = 0;
  virtual void on_validation(std::int64_t done, std::int64_t total) = 0;
  virtual void on_epoch(const EpochRecord& record) = 0;
  /// Features of the training images are computed, once.
  virtual void on_features(std::int64_t /*done*/, std::int64_t /*total*/) {}
  /// What the user should know, in a sentence.
  virtual void on_note(const std::string& /*sentence*/) {}
};

/// Trains a network on data and leaves everything in a run's folder. From the same configuration,
/// data and number of threads come the same bytes, also where the run was stopped and resumed in
/// between.
class Trainer {
 public:
  Trainer(const Config& config, const TrainingData& data, Network& network, RunFolder folder);

  /// Takes up the run from its last checkpoint, and sweeps away what a killed writer left. Throws
  /// InputError where the data are not those that the checkpoint was trained on.
  void resume(const Checkpoint& last);

  /// Trains until config.epochs are complete or early stopping ends it (true), or until `stop`, asked before
  /// each batch, says so: then the state after the last complete update is in last.safetensors and the result is
  /// false. The state is there after each epoch, too, and between updates every config.checkpoint_every minutes.
  /// Throws InputError where the disk is full, and where a loss or gradient is not finite: the images of that
  /// batch are then named in not_finite.txt.
  bool run(TrainingObserver& observer, const std::function<bool()>& stop);

  const TrainingState& state() const { return state_; }

 private:
  bool train_epoch(EpochRecord& record, TrainingObserver& observer,
                   const std::function<bool()>& stop);
  /// One update from the batches that go into it, with the images of the epoch in `order`. False where `stop` came
  /// between them: everything is then as it was before the first.
  bool update(std::span<const std::int64_t> order, EpochRecord& record, TrainingObserver& observer,
              const std::function<bool()>& stop);
  /// The mean gradient of the batches from state_.next_batch up to `end`, where the optimiser finds it; else as update.
  bool gather_gradients(std::span<const std::int64_t> order, std::int64_t end, EpochRecord& record,
                        TrainingObserver& observer, const std::function<bool()>& stop);
  /// Gradients of batch number state_.next_batch, and what it adds to the epoch's figures.
  void train_batch(std::span<const std::int64_t> order, EpochRecord& record,
                   TrainingObserver& observer);
  StepResult<float> finite_gradients(const LabelledBatch<float>& batch,
                                     std::span<const std::int64_t> which);
  /// Features of the training images, where they are the same in each epoch; false where `stop` stopped it.
  bool compute_features(TrainingObserver& observer, const std::function<bool()>& stop);
  /// The input of the trained part for images number `which`; those of `next` come next.
  LabelledBatch<float> training_batch(std::span<const std::int64_t> which,
                                      std::span<const std::int64_t> next);
  /// Memory for training steps of the network as it is now. Validation has it meanwhile.
  void take_arena();
  bool validate(EpochRecord& record, TrainingObserver& observer, const std::function<bool()>& stop);
  std::int64_t batches_per_epoch() const;
  std::span<const std::int64_t> images_of(std::span<const std::int64_t> order,
                                          std::int64_t batch) const;
  /// The head's, of the update that batch number `batch` of the present epoch goes into.
  double learning_rate(std::int64_t batch) const;
  void finish_epoch(EpochRecord& record);
  /// What ReduceLROnPlateau and EarlyStopping make of an epoch; whether the phase of training ends.
  bool ends_phase(const EpochRecord& record);
  /// The backbone is trained from here on. Optimiser and callbacks are fresh ones, as in another compile()
  /// and fit() of a Keras model; the schedule goes on.
  void begin_fine_tuning();
  /// What the best epoch said about the validation images, where it is not there any more.
  void mend_predictions();
  void begin_logs();
  void use_feature_cache(TrainingObserver& observer);
  void save_last();
  /// Saves the state where that was config.checkpoint_every minutes ago.
  void save_if_due();
  CheckpointHeader header() const;

  const Config& config_;
  const TrainingData& data_;
  Network& network_;
  RunFolder folder_;
  Batches training_batches_;
  FrozenFeatures training_features_, validation_features_;
  Adam<float> optimizer_;
  std::optional<ArenaPlan> step_plan_;  ///< as long as the same layers are trained
  std::optional<Arena> arena_;          ///< while an epoch is trained
  std::array<double, 2> class_weights_;
  TrainingState state_;
  std::optional<RunLogs> logs_;
  std::vector<std::string> notes_;  ///< of resume, to be told when training goes on
  std::chrono::steady_clock::time_point last_saved_{};
};

}  // namespace nanopneumo
