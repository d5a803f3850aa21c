// What a run writes down while it trains.
#pragma once

#include "io/image.h"
#include "train/checkpoint.h"
#include "train/epoch_record.h"
#include "train/event_file.h"
#include "train/run_folder.h"

namespace nanopneumo {

/// log.csv and log.jsonl (a line each epoch), steps.csv (a row each batch), timing.csv, and the TensorBoard
/// event file where there shall be one.
class RunLogs {
 public:
  /// As `state` was saved: what was written later is dropped. Throws InputError where less is there than
  /// that, or it cannot be written.
  RunLogs(const RunFolder& folder, const TrainingState& state, bool tensorboard);

  void write_samples(const Image& grid);
  void write_step(std::int64_t step, std::int64_t epoch, double loss, double learning_rate);
  void write_epoch(const EpochRecord& record);

  /// Brings all of it to the disk, as a checkpoint needs that counts on it: a resumed run without these rows would be
  /// refused. Throws InputError where that fails.
  void sync() const;

  bool has_events() const { return events_.has_value(); }
  /// How long the event file is; 0 without one.
  std::int64_t event_bytes() const { return events_ ? events_->bytes() : 0; }

 private:
  CsvLog log_, steps_, timing_, json_;
  std::optional<EventFile> events_;
};

}  // namespace nanopneumo
