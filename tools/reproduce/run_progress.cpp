#include "tools/reproduce/run_progress.h"

#include <fmt/format.h>

#include "tools/progress_bar.h"
#include "tools/report/run_record.h"
#include "tools/report_metrics.h"

namespace nanopneumo {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

RunProgress::RunProgress(const PlannedRun& run, RunTable& table, std::size_t row)
    : run_(run), table_(table), row_(row) {}

void RunProgress::on_step(std::int64_t epoch, std::int64_t batch, std::int64_t batches,
                          double mean_loss, double mean_accuracy) {
  if (epoch != epoch_) {
    epoch_ = epoch;
    first_batch_ = batch;
    epoch_start_ = Clock::now();
  }
  const double batches_per_second =
      static_cast<double>(batch - first_batch_) / seconds_since(epoch_start_);
  const std::int64_t left = (run_.config.epochs - epoch + 1) * batches - batch;
  table_.row(row_).state = fmt::format(
      "epoch {}/{} {:3.0f} %  {}loss {:.3f}  accuracy {:.3f}", epoch, run_.config.epochs,
      100.0 * static_cast<double>(batch) / static_cast<double>(batches),
      batch > first_batch_
          ? fmt::format("{:.0f} img/s  {} left  ", batches_per_second * run_.config.batch,
                        clock_text(static_cast<double>(left) / batches_per_second))
          : "",
      mean_loss, mean_accuracy);
  table_.redraw();
}

void RunProgress::on_validation(std::int64_t done, std::int64_t total) {
  table_.row(row_).state =
      fmt::format("epoch {}/{} validation {}/{}", epoch_, run_.config.epochs, done, total);
  table_.redraw();
}

void RunProgress::on_epoch(const EpochRecord& r) {
  RunTable::Row& row = table_.row(row_);
  if (r.is_best) {
    row.accuracy = fmt::format("{:.2f} %", 100 * r.validation.accuracy);
    row.auc = r.validation.auc ? fmt::format("{:.4f}", *r.validation.auc) : "";
  }
  table_.erase();
  fmt::print(
      "{}  epoch {}/{}  {:.1f} s  {:.1f} img/s  loss {:.4f}  accuracy {:.4f}  |  validation "
      "loss {:.4f}  {}{}\n",
      run_.name, r.epoch, run_.config.epochs, r.train_seconds + r.validation_seconds,
      static_cast<double>(r.images) / r.train_seconds, r.loss, r.accuracy, r.validation_loss,
      metrics_line(r.validation), r.is_best ? "  best" : "");
  std::fflush(stdout);
  table_.redraw(true);
}

void RunProgress::on_features(std::int64_t done, std::int64_t total) {
  table_.row(row_).state = fmt::format("features of the training images {}/{}", done, total);
  table_.redraw();
}

void RunProgress::on_note(const std::string& sentence) {
  table_.erase();
  fmt::print("note: {}: {}\n", run_.name, sentence);
  table_.redraw(true);
}

RunTable::Row finished_row(const PlannedRun& run, const RunFolder& folder) {
  const report::RunRecord record = report::read_run(folder.path());
  const report::Epoch& best = record.best_epoch();
  RunTable::Row row{.name = run.name,
                    .state = fmt::format("done, best epoch {}", best.number),
                    .accuracy = fmt::format("{:.2f} %", 100 * best.validation_accuracy),
                    .auc = best.validation_auc ? fmt::format("{:.4f}", *best.validation_auc) : "",
                    .time = ""};
  if (record.cost)
    row.time = clock_text(record.cost->training_seconds + record.cost->validation_seconds);
  return row;
}

}  // namespace nanopneumo
