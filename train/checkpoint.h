// What is kept of a run: the network, and the state from which training goes on.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "io/safetensors.h"
#include "train/adam.h"
#include "train/early_stopping.h"
#include "train/network.h"
#include "train/plateau.h"

namespace nanopneumo {

/// Where training stands. With the parameters and the optimiser's moments it is everything a
/// resumed run needs to end with the same bytes as one that was never interrupted: what is random
/// follows from seed, epoch and step.
struct TrainingState {
  std::int64_t epoch = 0;       ///< epochs that are complete, validation included
  std::int64_t next_batch = 0;  ///< batches done of the epoch in progress
  std::int64_t step = 0;        ///< updates done since the beginning
  double loss_sum = 0;          ///< over the images of the epoch in progress
  std::int64_t correct = 0, seen = 0;

  std::string data_fingerprint;     ///< of the images it was trained and validated on
  std::string options_fingerprint;  ///< of the options that decide what comes next

  std::int64_t best_epoch = 0;  ///< from 1; 0: none yet
  double best_accuracy = 0, best_loss = 0;

  PlateauState plateau{};  ///< its learning rate is the head's, before the schedule's factor
  EarlyStoppingState early_stopping{};
  std::int64_t phase_start = 0;  ///< epochs that were complete when this phase began
  bool is_fine_tuning = false;   ///< the second phase of two, or the only one
  bool is_finished = false;      ///< stopped early
  std::int64_t event_bytes = 0;  ///< length of the TensorBoard event file
};

/// What a checkpoint says about itself besides its tensors.
struct CheckpointHeader {
  std::string model;
  int image_height = 0, image_width = 0;
  double alpha = 1;
  std::vector<std::string> classes;  ///< two; the second is the positive one
  bool phantoms = false;             ///< trained on synthetic images
  bool is_fine_tuned = false;        ///< after Network::fine_tune
  std::int64_t epoch = 0;            ///< epochs of training in it
};

/// Writes the network to `file` in safetensors format, whole or not at all, with no timestamp.
/// Throws InputError where that is not possible.
void save_network(const std::filesystem::path& file, const CheckpointHeader& header,
                  const Network& network);
/// The same with the optimiser's moments and the state.
void save_training(const std::filesystem::path& file, const CheckpointHeader& header,
                   const Network& network, const Adam<float>& optimizer,
                   const TrainingState& state);

/// A checkpoint that has been read and checked.
class Checkpoint {
 public:
  /// Throws InputError where `file` is missing, damaged or no checkpoint of ours.
  explicit Checkpoint(const std::filesystem::path& file);

  const CheckpointHeader& header() const { return header_; }
  /// Fills the network's parameters. Throws InputError, with nothing changed, where they do not
  /// fit.
  void restore(Network& network) const;
  /// Where training stood. Throws InputError where the file holds no such state.
  TrainingState training_state() const;
  /// Fills the optimiser. Throws InputError, with nothing changed, where the file holds none or it does
  /// not fit.
  void restore(Adam<float>& optimizer) const;

 private:
  const LoadedTensor& tensor(const std::string& name, const Shape& shape) const;
  void require_finite(const LoadedTensor& tensor) const;
  const std::string& text(const std::string& key) const;
  /// A text that messages and tables may show as it is.
  const std::string& name(const std::string& key) const;
  bool has(const std::string& key) const;
  std::int64_t whole(const std::string& key, std::int64_t most = std::int64_t{1} << 40) const;
  double number(const std::string& key) const;

  std::filesystem::path path_;
  SafetensorsFile file_;
  CheckpointHeader header_;
};

}  // namespace nanopneumo
