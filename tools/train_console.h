// What `train` prints while it trains.
#pragma once

#include <optional>
#include <string>

#include "tools/progress_bar.h"
#include "train/trainer.h"

namespace nanopneumo {

class TrainConsole final : public TrainingObserver {
 public:
  TrainConsole(int epochs, int batch) : epochs_(epochs), batch_(batch) {}

  void on_step(std::int64_t epoch, std::int64_t batch, std::int64_t batches, double mean_loss,
               double mean_accuracy) override;
  void on_validation(std::int64_t done, std::int64_t total) override;
  void on_epoch(const EpochRecord& record) override;
  void on_features(std::int64_t done, std::int64_t total) override;
  void on_note(const std::string& sentence) override;
  /// Takes away a bar that is shown.
  void clear();

 private:
  int epochs_, batch_;
  std::optional<ProgressBar> training_, validation_, features_;
  std::string last_note_;
};

}  // namespace nanopneumo
