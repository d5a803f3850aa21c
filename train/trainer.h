// The training loop.
#pragma once

#include <functional>

#include "train/batches.h"
#include "train/checkpoint.h"
#include "train/data.h"
#include "train/run_folder.h"
#include "train/scoring.h"

namespace nanopneumo {

/// What one epoch came to.
struct EpochRecord {
  std::int64_t epoch = 0;         ///< from 1
  double loss = 0, accuracy = 0;  ///< running means over the epoch, as Keras reports them
  double validation_loss = 0;
  std::vector<double> validation_logits{};
  Metrics validation{};
  double train_seconds = 0, validation_seconds = 0;
  std::int64_t images = 0;  ///< trained on in this process; less than all after a resume
  bool is_best = false;
};

/// Is told what training does; everything the user sees comes from here.
class TrainingObserver {
 public:
  virtual ~TrainingObserver() = default;
  virtual void on_step(std::int64_t epoch, std::int64_t batch, std::int64_t batches,
                       double mean_loss, double mean_accuracy) = 0;
  virtual void on_validation(std::int64_t done, std::int64_t total) = 0;
  virtual void on_epoch(const EpochRecord& record) = 0;
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

  /// Trains until config.epochs are complete (true), or until `stop` says so: then the state is in
  /// last.safetensors and the result is false. Throws InputError where the loss becomes NaN or the
  /// disk is full.
  bool run(TrainingObserver& observer, const std::function<bool()>& stop);

  const TrainingState& state() const { return state_; }

 private:
  bool train_epoch(EpochRecord& record, TrainingObserver& observer,
                   const std::function<bool()>& stop);
  bool validate(EpochRecord& record, TrainingObserver& observer, const std::function<bool()>& stop);
  std::int64_t batches_per_epoch() const;
  void finish_epoch(EpochRecord& record);
  /// Begins to fine-tune once the epochs of the head alone are complete. The optimiser is a fresh one
  /// then, as after compiling a Keras model again.
  void choose_layers();
  void open_logs();
  void save_last() const;
  CheckpointHeader header() const;

  const Config& config_;
  const TrainingData& data_;
  Network& network_;
  RunFolder folder_;
  Batches training_batches_, validation_batches_;
  Adam<float> optimizer_;
  bool is_fine_tuning_ = false;
  std::array<double, 2> class_weights_;
  TrainingState state_;
  std::optional<CsvLog> log_, steps_, timing_;
};

}  // namespace nanopneumo
