// What a training of `reproduce` shows: its row of the table, and on no terminal a line an epoch.
#pragma once

#include <chrono>
#include <optional>

#include "tools/reproduce/plan.h"
#include "tools/reproduce/run_table.h"
#include "train/trainer.h"

namespace nanopneumo {

class RunProgress final : public TrainingObserver {
 public:
  /// `row` is the run's number in `table`; both outlive this.
  RunProgress(const PlannedRun& run, RunTable& table, std::size_t row);

  void on_step(std::int64_t epoch, std::int64_t batch, std::int64_t batches, double mean_loss,
               double mean_accuracy) override;
  void on_validation(std::int64_t done, std::int64_t total) override;
  void on_epoch(const EpochRecord& record) override;
  void on_features(std::int64_t done, std::int64_t total) override;
  void on_note(const std::string& sentence) override;

 private:
  using Clock = std::chrono::steady_clock;

  const PlannedRun& run_;
  RunTable& table_;
  std::size_t row_;
  std::int64_t epoch_ = 0, first_batch_ = 0;  ///< of the epoch in progress, in this process
  Clock::time_point epoch_start_{};
};

/// The row of a run that was trained: its best epoch and its time, from its folder's files.
RunTable::Row finished_row(const PlannedRun& run, const RunFolder& folder);

}  // namespace nanopneumo
