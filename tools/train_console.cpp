#include "tools/train_console.h"

#include <fmt/format.h>

#include "tools/print_note.h"
#include "tools/report_metrics.h"

namespace nanopneumo {

void TrainConsole::on_step(std::int64_t epoch, std::int64_t batch, std::int64_t batches,
                           double mean_loss, double mean_accuracy) {
  if (!training_) training_.emplace(fmt::format("epoch {}/{}", epoch, epochs_), "img", batch_);
  training_->update(batch, batches,
                    fmt::format("loss {:.4f}  accuracy {:.4f}", mean_loss, mean_accuracy));
}

void TrainConsole::on_validation(std::int64_t done, std::int64_t total) {
  if (training_) training_->clear();
  training_.reset();
  if (!validation_) validation_.emplace("validation", "img");
  validation_->update(done, total);
}

void TrainConsole::on_features(std::int64_t done, std::int64_t total) {
  if (!features_) features_.emplace("features of the training images", "img");
  features_->update(done, total);
  if (done == total) {
    features_->clear();
    features_.reset();
  }
}

void TrainConsole::on_note(const std::string& sentence) {
  if (sentence == last_note_) return;  // a cache that takes neither the one set nor the other
  last_note_ = sentence;
  clear();
  print_note(sentence);
}

void TrainConsole::on_epoch(const EpochRecord& r) {
  validation_->clear();
  validation_.reset();
  fmt::print(
      "epoch {}/{}  {:.1f} s  {:.1f} img/s  loss {:.4f}  accuracy {:.4f}  |  validation "
      "loss {:.4f}  {}{}\n",
      r.epoch, epochs_, r.train_seconds + r.validation_seconds,
      static_cast<double>(r.images) / r.train_seconds, r.loss, r.accuracy, r.validation_loss,
      metrics_line(r.validation), r.is_best ? "  best" : "");
  std::fflush(stdout);
}

void TrainConsole::clear() {
  if (training_) training_->clear();
  if (validation_) validation_->clear();
  if (features_) features_->clear();
}

}  // namespace nanopneumo
