#include "train/trainer.h"

#include <chrono>

#include "io/atomic_file.h"
#include "train/predictions.h"
#include "train/process_memory.h"

namespace nanopneumo {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// An undefined figure is an empty field.
std::string field(const std::optional<double>& value) {
  return value ? fmt::format("{:.9g}", *value) : "";
}

std::int64_t count_correct(std::span<const float> logits, const Tensor<float>& labels) {
  const std::vector<float> truth = labels.to_host();
  std::int64_t correct = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) correct += (logits[i] >= 0) == (truth[i] > 0.5f);
  return correct;
}

}  // namespace

Trainer::Trainer(const Config& config, const TrainingData& data, Network& network, RunFolder folder)
    : config_(config),
      data_(data),
      network_(network),
      folder_(std::move(folder)),
      training_batches_(network.device(), data.train, network.architecture().preprocessing),
      validation_batches_(network.device(), data.validation, network.architecture().preprocessing),
      optimizer_(network.parameters(), config.learning_rate) {
  const std::int64_t positives = count_positives(data.train);
  class_weights_ = config.class_weights.resolve(data.train.size() - positives, positives);
  state_.data_fingerprint = fingerprint(data);
  state_.options_fingerprint = fingerprint(config);
  choose_layers();
}

std::int64_t Trainer::batches_per_epoch() const {
  return (data_.train.size() + config_.batch - 1) / config_.batch;
}

void Trainer::resume(const Checkpoint& last) {
  const std::vector<std::string>& classes = last.header().classes;
  if (classes != data_.classes)
    throw_input_error("{} was trained on {} and {}, the data are now {} and {}; rename the folders",
                      folder_.last().string(), classes[0], classes[1], data_.classes[0],
                      data_.classes[1]);
  const TrainingState fresh = state_;
  state_ = last.training_state();
  const auto require_same = [&](const std::string& then, const std::string& now, const char* what) {
    if (then != now)
      throw_input_error(
          "{} was trained with other {}; restore them as they were or start a new run",
          folder_.last().string(), what);
  };
  require_same(state_.data_fingerprint, fresh.data_fingerprint,
               "images (number, labels or pixels)");
  require_same(state_.options_fingerprint, fresh.options_fingerprint, "options in config.toml");
  choose_layers();
  last.restore(network_);
  last.restore(optimizer_);
  remove_stale_temporaries(folder_.path());
  open_logs();
}

void Trainer::choose_layers() {
  const FineTuning& tuning = config_.fine_tuning;
  if (!tuning.wanted() || is_fine_tuning_ || state_.epoch < tuning.head_epochs) return;
  const int features = network_.features_node();
  network_.fine_tune(first_fine_tuned(network_.graph(), features, tuning.layers),
                     tuning.batch_norm);
  optimizer_ = Adam<float>(network_.parameters(), config_.learning_rate,
                           rate_groups(network_.graph(), network_.parameters(), features,
                                       config_.learning_rate, tuning));
  is_fine_tuning_ = true;
}

void Trainer::open_logs() {
  log_.emplace(folder_.log(),
               "epoch,loss,accuracy,val_loss,val_accuracy,val_auc,val_sensitivity,val_specificity,"
               "val_tp,val_fp,val_tn,val_fn",
               state_.epoch);
  steps_.emplace(folder_.steps(), "step,epoch,loss", state_.step);
  timing_.emplace(folder_.timing(),
                  "epoch,train_seconds,validation_seconds,images_per_second,peak_memory_mib",
                  state_.epoch);
}

CheckpointHeader Trainer::header() const {
  return {.model = config_.model,
          .image_height = config_.image_height,
          .image_width = config_.image_width,
          .alpha = config_.alpha,
          .classes = data_.classes,
          .phantoms = data_.phantoms,
          .epoch = state_.epoch};
}

void Trainer::save_last() const {
  save_training(folder_.last(), header(), network_, optimizer_, state_);
}

bool Trainer::run(TrainingObserver& observer, const std::function<bool()>& stop) {
  if (!log_) open_logs();
  while (state_.epoch < config_.epochs) {
    EpochRecord record{.epoch = state_.epoch + 1};
    if (!train_epoch(record, observer, stop) || !validate(record, observer, stop)) {
      save_last();
      return false;
    }
    finish_epoch(record);
    observer.on_epoch(record);
  }
  return true;
}

bool Trainer::train_epoch(EpochRecord& record, TrainingObserver& observer,
                          const std::function<bool()>& stop) {
  const auto start = Clock::now();
  const auto epoch = static_cast<std::uint32_t>(state_.epoch);
  const std::vector<std::int64_t> order = epoch_order(data_.train.size(), config_.seed, epoch);
  const auto batch_size = static_cast<std::int64_t>(config_.batch);
  const std::int64_t batches = batches_per_epoch();
  const auto images_of = [&](std::int64_t batch) {
    const std::int64_t first = batch * batch_size;
    const std::int64_t count = std::min(batch_size, data_.train.size() - first);
    return std::span(order).subspan(static_cast<std::size_t>(first),
                                    static_cast<std::size_t>(count));
  };

  while (state_.next_batch < batches) {
    if (stop()) return false;
    const auto which = images_of(state_.next_batch);
    const auto count = static_cast<std::int64_t>(which.size());
    LabelledBatch<float> batch = training_batches_.training(which, config_.augmentation,
                                                            class_weights_, config_.seed, epoch);
    if (state_.next_batch + 1 < batches)
      training_batches_.prepare(images_of(state_.next_batch + 1));
    batch.x = network_.frozen_output(batch.x);
    const Pass pass{
        .training = true, .seed = config_.seed, .step = static_cast<std::uint32_t>(state_.step)};
    const StepResult<float> result = train_step(network_.graph(), network_.parameters(), optimizer_,
                                                batch, pass, network_.trained_segment());
    ++state_.step;
    ++state_.next_batch;
    state_.loss_sum += result.loss * static_cast<double>(count);
    state_.correct += count_correct(result.logits, batch.labels);
    state_.seen += count;
    record.images += count;
    steps_->append(fmt::format("{},{},{:.9g}", state_.step, record.epoch, result.loss));
    const auto seen = static_cast<double>(state_.seen);
    observer.on_step(record.epoch, state_.next_batch, batches, state_.loss_sum / seen,
                     static_cast<double>(state_.correct) / seen);
  }
  record.loss = state_.loss_sum / static_cast<double>(state_.seen);
  record.accuracy = static_cast<double>(state_.correct) / static_cast<double>(state_.seen);
  record.train_seconds = seconds_since(start);
  return true;
}

bool Trainer::validate(EpochRecord& record, TrainingObserver& observer,
                       const std::function<bool()>& stop) {
  const auto start = Clock::now();
  bool stopped = false;
  record.validation_logits = score_images(network_, validation_batches_, config_.batch,
                                          [&](std::int64_t done, std::int64_t total) {
                                            observer.on_validation(done, total);
                                            stopped = stop();
                                            return !stopped;
                                          });
  if (stopped) return false;
  const std::vector<double>& logits = record.validation_logits;
  record.validation_loss = mean_loss(logits, data_.validation.labels);
  record.validation = evaluate_logits(logits, data_.validation.labels);
  record.validation_seconds = seconds_since(start);
  return true;
}

void Trainer::finish_epoch(EpochRecord& record) {
  const Metrics& v = record.validation;
  state_.epoch = record.epoch;
  state_.next_batch = 0;
  state_.loss_sum = 0;
  state_.correct = state_.seen = 0;
  record.is_best =
      state_.best_epoch == 0 || v.accuracy > state_.best_accuracy ||
      (v.accuracy == state_.best_accuracy && record.validation_loss < state_.best_loss);
  if (record.is_best) {
    state_.best_epoch = record.epoch;
    state_.best_accuracy = v.accuracy;
    state_.best_loss = record.validation_loss;
  }
  log_->append(fmt::format("{},{:.9g},{:.9g},{:.9g},{:.9g},{},{},{},{},{},{},{}", record.epoch,
                           record.loss, record.accuracy, record.validation_loss, v.accuracy,
                           field(v.auc), field(v.sensitivity), field(v.specificity),
                           v.confusion.true_positives, v.confusion.false_positives,
                           v.confusion.true_negatives, v.confusion.false_negatives));
  timing_->append(fmt::format(
      "{},{:.3f},{:.3f},{:.2f},{}", record.epoch, record.train_seconds, record.validation_seconds,
      static_cast<double>(record.images) / record.train_seconds, peak_memory_mib()));
  if (record.is_best) {
    write_predictions(folder_.predictions(), {names_within(config_.data, data_.validation.names),
                                              data_.validation.labels, record.validation_logits});
    save_network(folder_.best(), header(), network_);
  }
  choose_layers();
  save_last();
}

}  // namespace nanopneumo
