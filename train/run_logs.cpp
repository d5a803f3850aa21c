#include "train/run_logs.h"

#include "train/event_message.h"
#include "train/process_memory.h"

namespace nanopneumo {
namespace {

using Figures = std::vector<std::pair<const char*, std::optional<double>>>;

/// An undefined figure is an empty field.
std::string field(const std::optional<double>& value) {
  return value ? fmt::format("{:.9g}", *value) : "";
}

/// What an epoch came to, under Keras' names for the logs of its callbacks.
Figures figures_of(const EpochRecord& r) {
  const Metrics& v = r.validation;
  return {{"loss", r.loss},
          {"accuracy", r.accuracy},
          {"val_loss", r.validation_loss},
          {"val_accuracy", v.accuracy},
          {"val_auc", v.auc},
          {"val_sensitivity", v.sensitivity},
          {"val_specificity", v.specificity},
          {"learning_rate", r.learning_rate}};
}

std::string json_line(const EpochRecord& record) {
  std::string line = fmt::format("{{\"epoch\":{}", record.epoch);
  for (const auto& [name, value] : figures_of(record))
    line += fmt::format(",\"{}\":{}", name, value ? field(value) : "null");
  const ConfusionMatrix& c = record.validation.confusion;
  return line +
         fmt::format(",\"val_tp\":{},\"val_fp\":{},\"val_tn\":{},\"val_fn\":{},\"best\":{}}}",
                     c.true_positives, c.false_positives, c.true_negatives, c.false_negatives,
                     record.is_best);
}

std::vector<Scalar> scalars_of(const EpochRecord& record) {
  std::vector<Scalar> scalars;
  for (const auto& [name, value] : figures_of(record))
    if (value) scalars.push_back({fmt::format("epoch/{}", name), *value});
  return scalars;
}

}  // namespace

RunLogs::RunLogs(const RunFolder& folder, const TrainingState& state, bool tensorboard)
    : log_(folder.log(),
           "epoch,loss,accuracy,val_loss,val_accuracy,val_auc,val_sensitivity,val_specificity,"
           "val_tp,val_fp,val_tn,val_fn",
           state.epoch),
      steps_(folder.steps(), "step,epoch,loss", state.step),
      timing_(folder.timing(),
              "epoch,train_seconds,validation_seconds,images_per_second,peak_memory_mib",
              state.epoch),
      json_(CsvLog::without_header(folder.json_log(), state.epoch)) {
  if (tensorboard) events_.emplace(folder.events(), state.event_bytes);
}

void RunLogs::sync() const {
  for (const CsvLog* log : {&log_, &steps_, &timing_, &json_}) log->sync();
  if (events_) events_->sync();
}

void RunLogs::write_samples(const Image& grid) {
  events_->append(image_event(0, "augmented samples", grid));
}

void RunLogs::write_step(std::int64_t step, std::int64_t epoch, double loss, double learning_rate) {
  steps_.append(fmt::format("{},{},{:.9g}", step, epoch, loss));
  if (events_)
    events_->append(
        scalar_event(step, {{"step/loss", loss}, {"step/learning_rate", learning_rate}}));
}

void RunLogs::write_epoch(const EpochRecord& r) {
  const Metrics& v = r.validation;
  log_.append(fmt::format("{},{:.9g},{:.9g},{:.9g},{:.9g},{},{},{},{},{},{},{}", r.epoch, r.loss,
                          r.accuracy, r.validation_loss, v.accuracy, field(v.auc),
                          field(v.sensitivity), field(v.specificity), v.confusion.true_positives,
                          v.confusion.false_positives, v.confusion.true_negatives,
                          v.confusion.false_negatives));
  timing_.append(fmt::format("{},{:.3f},{:.3f},{:.2f},{}", r.epoch, r.train_seconds,
                             r.validation_seconds, static_cast<double>(r.images) / r.train_seconds,
                             peak_memory_mib()));
  json_.append(json_line(r));
  if (events_) events_->append(scalar_event(r.epoch, scalars_of(r)));
}

}  // namespace nanopneumo
