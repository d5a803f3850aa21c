#include "train/trainer.h"

#include <chrono>
#include <utility>

#include "io/atomic_file.h"
#include "io/file_bytes.h"
#include "io/is_there.h"
#include "tensor/device_options.h"
#include "tensor/trace.h"
#include "train/augmentation_sheet.h"
#include "train/finite_check.h"
#include "train/gradient_sum.h"
#include "train/moving_statistics.h"
#include "train/predictions.h"
#include "train/provenance.h"
#include "train/restored_network.h"
#include "train/unfreeze.h"

namespace nanopneumo {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
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
      // Augmented images differ in each epoch.
      training_features_(network, data.train,
                         config.augmentation.enabled() ? 0 : FrozenFeatures::kMostBytes),
      validation_features_(network, data.validation, FrozenFeatures::kMostBytes),
      optimizer_(network.parameters(), config.learning_rate) {
  const std::int64_t positives = count_positives(data.train);
  class_weights_ = config.class_weights.resolve(data.train.size() - positives, positives);
  state_.data_fingerprint = data.checksum;
  state_.options_fingerprint = fingerprint(config);
  state_.plateau.learning_rate = config.learning_rate;
  if (config.fine_tuning.begins_at_once()) begin_fine_tuning();
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
  if (!state_.data_fingerprint.starts_with("xxh64-") &&
      state_.data_fingerprint == earlier_fingerprint(data_))
    state_.data_fingerprint = fresh.data_fingerprint;
  require_same(state_.data_fingerprint, fresh.data_fingerprint,
               "images (number, labels or pixels)");
  require_same(state_.options_fingerprint, fresh.options_fingerprint, "options in config.toml");
  if (state_.next_batch > batches_per_epoch())
    throw_input_error("{} stands at batch {} of {} in an epoch; use another checkpoint of the run",
                      folder_.last().string(), state_.next_batch, batches_per_epoch());
  if (state_.best_epoch > 0) {  // it may stay the best
    if (!is_there(folder_.best()))
      throw_input_error("{} is missing, which epoch {} left; bring it back or start a new run",
                        shown(folder_.best()), state_.best_epoch);
    (void)Checkpoint(folder_.best());
  }
  // Checkpoints of before the callbacks hold neither a phase nor a rate.
  if (state_.plateau.learning_rate == 0) state_.plateau.learning_rate = config_.learning_rate;
  notes_ = machine_notes(config_, folder_.provenance());
  const FineTuning& tuning = config_.fine_tuning;
  const bool is_second_phase = tuning.wanted() && state_.epoch >= tuning.head_epochs;
  if ((state_.is_fine_tuning || is_second_phase) && !fresh.is_fine_tuning)
    optimizer_ = unfreeze(network_, config_);
  state_.is_fine_tuning = state_.is_fine_tuning || is_second_phase;
  last.restore(network_);
  last.restore(optimizer_);
  remove_stale_temporaries(folder_.path());
  logs_.emplace(folder_, state_, config_.tensorboard);
  mend_predictions();
}

void Trainer::mend_predictions() {
  if (state_.best_epoch == 0) return;
  const ImageSet& images = data_.validation;
  const std::vector<std::string> names = names_within(config_.data, images.names);
  try {
    const Predictions kept = read_predictions(folder_.predictions());
    if (kept.names == names && std::ranges::equal(kept.labels, images.labels)) return;
  } catch (const InputError&) {  // it is written anew
  }
  const auto best = restored_network(Checkpoint(folder_.best()), config_, network_.device());
  write_predictions(folder_.predictions(),
                    {names, images.labels, score_images(*best, images, config_.batch)});
  notes_.push_back(fmt::format("{} was lost or damaged and is written anew, by best.safetensors",
                               shown(folder_.predictions())));
}

void Trainer::begin_fine_tuning() {
  optimizer_ = unfreeze(network_, config_);
  step_plan_.reset();
  state_.is_fine_tuning = true;
  state_.phase_start = state_.epoch;
  state_.plateau = {.learning_rate = config_.learning_rate};
  state_.early_stopping = {};
}

void Trainer::begin_logs() {
  write_file_atomically(folder_.provenance(), provenance(config_, state_.data_fingerprint));
  logs_.emplace(folder_, state_, config_.tensorboard);
  if (logs_->has_events())
    logs_->write_samples(
        augmentation_sheet(network_.device(), data_.train, config_.augmentation, config_.seed));
}

CheckpointHeader Trainer::header() const {
  return {.model = config_.model,
          .image_height = config_.image_height,
          .image_width = config_.image_width,
          .alpha = config_.alpha,
          .classes = data_.classes,
          .phantoms = data_.phantoms,
          .is_fine_tuned = state_.is_fine_tuning,
          .epoch = state_.epoch};
}

void Trainer::save_last() {
  const TraceSpan span(network_.device(), "checkpoint");
  logs_->sync();
  state_.event_bytes = logs_->event_bytes();
  save_training(folder_.last(), header(), network_, optimizer_, state_);
  last_saved_ = Clock::now();
}

void Trainer::save_if_due() {
  if (config_.checkpoint_every > 0 && seconds_since(last_saved_) >= 60 * config_.checkpoint_every)
    save_last();
}

void Trainer::use_feature_cache(TrainingObserver& observer) {
  if (config_.data.empty() || !network_.has_backbone()) return;  // phantoms are drawn for one run
  const FeatureCache cache = make_feature_cache(config_.feature_cache);
  const std::string computed_on =
      fmt::format("{}, {}, products {}, batch {}", describe_device(config_.device_options()),
                  config_.precision, config_.gemm, config_.batch);
  for (FrozenFeatures* features : {&training_features_, &validation_features_})
    features->use(cache, computed_on,
                  [&observer](const std::string& sentence) { observer.on_note(sentence); });
}

bool Trainer::run(TrainingObserver& observer, const std::function<bool()>& stop) {
  if (!logs_) begin_logs();
  for (const std::string& note : std::exchange(notes_, {})) observer.on_note(note);
  use_feature_cache(observer);
  last_saved_ = Clock::now();
  while (state_.epoch < config_.epochs && !state_.is_finished) {
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

std::span<const std::int64_t> Trainer::images_of(std::span<const std::int64_t> order,
                                                 std::int64_t batch) const {
  const auto size = static_cast<std::size_t>(config_.batch);
  const std::size_t first = static_cast<std::size_t>(batch) * size;
  return order.subspan(first, std::min(size, order.size() - first));
}

double Trainer::learning_rate(std::int64_t batch) const {
  const std::int64_t accumulate = config_.accumulate;
  const std::int64_t updates_per_epoch = (batches_per_epoch() + accumulate - 1) / accumulate;
  return state_.plateau.learning_rate *
         config_.schedule.factor(state_.epoch * updates_per_epoch + batch / accumulate,
                                 updates_per_epoch);
}

void Trainer::take_arena() {
  if (!step_plan_) step_plan_ = plan_step(network_, largest_batch(config_, data_));
  arena_.emplace(*step_plan_, network_.device().allocator());
}

bool Trainer::train_epoch(EpochRecord& record, TrainingObserver& observer,
                          const std::function<bool()>& stop) {
  const auto start = Clock::now();
  if (state_.next_batch < batches_per_epoch()) {
    if (!compute_features(observer, stop)) return false;
    take_arena();
  }
  const std::vector<std::int64_t> order =
      epoch_order(data_.train.size(), config_.seed, static_cast<std::uint32_t>(state_.epoch));
  while (state_.next_batch < batches_per_epoch()) {
    if (stop() || !update(order, record, observer, stop)) return false;
    save_if_due();
  }
  record.loss = state_.loss_sum / static_cast<double>(state_.seen);
  record.accuracy = static_cast<double>(state_.correct) / static_cast<double>(state_.seen);
  record.learning_rate = learning_rate(batches_per_epoch() - 1);
  record.train_seconds = seconds_since(start);
  return true;
}

bool Trainer::update(std::span<const std::int64_t> order, EpochRecord& record,
                     TrainingObserver& observer, const std::function<bool()>& stop) {
  optimizer_.set_learning_rate(learning_rate(state_.next_batch));
  const std::int64_t end = std::min(state_.next_batch + config_.accumulate, batches_per_epoch());
  if (config_.accumulate == 1)
    train_batch(order, record, observer);
  else if (!gather_gradients(order, end, record, observer, stop))
    return false;
  clip_gradients(config_.clipping, network_.parameters());
  optimizer_.step(network_.parameters());
  return true;
}

bool Trainer::gather_gradients(std::span<const std::int64_t> order, std::int64_t end,
                               EpochRecord& record, TrainingObserver& observer,
                               const std::function<bool()>& stop) {
  Parameters<float>& parameters = network_.parameters();
  const MovingStatistics statistics_before(network_.graph(), parameters);
  TrainingState before = state_;
  before.event_bytes = logs_->event_bytes();
  const auto images =
      static_cast<double>(std::min(order.size(), static_cast<std::size_t>(end * config_.batch)) -
                          static_cast<std::size_t>(state_.next_batch * config_.batch));
  GradientSum<float> sum(parameters);
  while (true) {
    const auto share = static_cast<double>(images_of(order, state_.next_batch).size()) / images;
    train_batch(order, record, observer);
    sum.add(parameters, share);
    if (state_.next_batch == end) break;
    if (!stop()) continue;
    statistics_before.restore();
    state_ = before;
    logs_.emplace(folder_, state_, config_.tensorboard);  // without the rows of these batches
    return false;
  }
  sum.store(parameters);
  return true;
}

bool Trainer::compute_features(TrainingObserver& observer, const std::function<bool()>& stop) {
  if (!training_features_.keeps() || training_features_.complete()) return true;
  return training_features_.compute_all(config_.batch, [&](std::int64_t done, std::int64_t total) {
    observer.on_features(done, total);
    return !stop();
  });
}

LabelledBatch<float> Trainer::training_batch(std::span<const std::int64_t> which,
                                             std::span<const std::int64_t> next) {
  LabelledBatch<float> batch;
  if (training_features_.keeps()) {
    batch = training_batches_.labels(which, class_weights_);
    batch.x = training_features_.rows(which);
    return batch;
  }
  batch = training_batches_.training(which, config_.augmentation, class_weights_, config_.seed,
                                     static_cast<std::uint32_t>(state_.epoch),
                                     network_.channels_of(training_batches_.image_set().is_gray()));
  if (!next.empty()) training_batches_.prepare(next);
  batch.x = network_.frozen_output(batch.x);
  return batch;
}

void Trainer::train_batch(std::span<const std::int64_t> order, EpochRecord& record,
                          TrainingObserver& observer) {
  const auto which = images_of(order, state_.next_batch);
  const auto count = static_cast<std::int64_t>(which.size());
  const std::int64_t batches = batches_per_epoch();
  const bool is_last = state_.next_batch + 1 == batches;
  const LabelledBatch<float> batch =
      training_batch(which, is_last ? which.first(0) : images_of(order, state_.next_batch + 1));
  const StepResult<float> result = finite_gradients(batch, which);
  ++state_.step;
  ++state_.next_batch;
  state_.loss_sum += result.loss * static_cast<double>(count);
  state_.correct += count_correct(result.logits, batch.labels);
  state_.seen += count;
  record.images += count;
  logs_->write_step(state_.step, record.epoch, result.loss, optimizer_.learning_rate());
  const auto seen = static_cast<double>(state_.seen);
  observer.on_step(record.epoch, state_.next_batch, batches, state_.loss_sum / seen,
                   static_cast<double>(state_.correct) / seen);
}

StepResult<float> Trainer::finite_gradients(const LabelledBatch<float>& batch,
                                            std::span<const std::int64_t> which) {
  const Pass pass{
      .training = true, .seed = config_.seed, .step = static_cast<std::uint32_t>(state_.step)};
  try {
    return compute_finite_gradients(network_.graph(), network_.parameters(), batch, pass,
                                    network_.trained_segment(), &*arena_);
  } catch (const NotFiniteError& error) {
    std::string names;
    for (const std::int64_t i : which)
      names += data_.train.names[static_cast<std::size_t>(i)] + '\n';
    write_file_atomically(folder_.not_finite(),
                          fmt::format("{}\n\nThe images of the batch:\n{}", error.what(), names));
    throw NotFiniteError(fmt::format(
        "{} (the first of the batch's {} images is {}, all are named in {})", error.what(),
        which.size(), data_.train.names[static_cast<std::size_t>(which[0])],
        folder_.not_finite().string()));
  }
}

bool Trainer::validate(EpochRecord& record, TrainingObserver& observer,
                       const std::function<bool()>& stop) {
  const TraceSpan span(network_.device(), "validation");
  arena_.reset();
  const auto start = Clock::now();
  bool stopped = false;
  record.validation_logits =
      score_images(validation_features_, config_.batch, [&](std::int64_t done, std::int64_t total) {
        observer.on_validation(done, total);
        stopped = stop();
        if (!stopped) save_if_due();
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
  logs_->write_epoch(record);
  if (record.is_best) {
    write_predictions(folder_.predictions(), {names_within(config_.data, data_.validation.names),
                                              data_.validation.labels, record.validation_logits});
    save_network(folder_.best(), header(), network_);
  }
  const FineTuning& tuning = config_.fine_tuning;
  const bool is_head_phase = tuning.wanted() && !state_.is_fine_tuning;
  const bool ends = ends_phase(record);
  if (is_head_phase && (ends || state_.epoch == tuning.head_epochs))
    begin_fine_tuning();
  else
    state_.is_finished = ends;
  save_last();
}

bool Trainer::ends_phase(const EpochRecord& record) {
  if (config_.plateau)
    if (const auto value = config_.plateau->monitor.value_of(record))
      after_epoch(*config_.plateau, *value, state_.plateau);
  if (!config_.early_stopping) return false;
  const auto value = config_.early_stopping->monitor.value_of(record);
  const std::int64_t epoch_of_phase = record.epoch - 1 - state_.phase_start;
  return value &&
         after_epoch(*config_.early_stopping, epoch_of_phase, *value, state_.early_stopping);
}

}  // namespace nanopneumo
