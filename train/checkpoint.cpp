#include "train/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>

#include "io/file_bytes.h"
#include "io/printable.h"

namespace nanopneumo {
namespace {

constexpr const char* kFormat = "nanopneumo checkpoint 1";

using Metadata = std::map<std::string, std::string>;

/// The shortest text that reads back as the same double.
std::string exact(double value) { return fmt::format("{}", value); }

Metadata header_metadata(const CheckpointHeader& header) {
  return {{"format", kFormat},
          {"model", header.model},
          {"image_height", std::to_string(header.image_height)},
          {"image_width", std::to_string(header.image_width)},
          {"alpha", exact(header.alpha)},
          {"negative_class", header.classes.at(0)},
          {"positive_class", header.classes.at(1)},
          {"trained_on", header.phantoms ? "phantoms" : "images"},
          {"is_fine_tuned", std::to_string(header.is_fine_tuned)},
          {"epoch", std::to_string(header.epoch)}};
}

/// Tensors' values together with the list that points at them.
class TensorList {
 public:
  void add(std::string name, const Tensor<float>& tensor) {
    values_.push_back(tensor.on_host());
    tensors_.push_back({std::move(name), tensor.shape(), values_.back().values()});
  }
  void add(const Network& network) {
    for (const Parameter<float>& parameter : network.parameters().all())
      add(parameter.name, parameter.variable.value);
  }
  std::span<const NamedTensor> list() const { return tensors_; }

 private:
  std::vector<HostValues<float>> values_;
  std::vector<NamedTensor> tensors_;
};

}  // namespace

void save_network(const std::filesystem::path& file, const CheckpointHeader& header,
                  const Network& network) {
  TensorList tensors;
  tensors.add(network);
  write_safetensors(file, header_metadata(header), tensors.list());
}

void save_training(const std::filesystem::path& file, const CheckpointHeader& header,
                   const Network& network, const Adam<float>& optimizer,
                   const TrainingState& state) {
  TensorList tensors;
  tensors.add(network);
  tensors.add("adam/first_moment", optimizer.first_moment());
  tensors.add("adam/second_moment", optimizer.second_moment());
  Metadata metadata = header_metadata(header);
  metadata.insert({{"adam/steps", std::to_string(optimizer.steps_done())},
                   {"state/epoch", std::to_string(state.epoch)},
                   {"state/next_batch", std::to_string(state.next_batch)},
                   {"state/step", std::to_string(state.step)},
                   {"state/loss_sum", exact(state.loss_sum)},
                   {"state/correct", std::to_string(state.correct)},
                   {"state/seen", std::to_string(state.seen)},
                   {"state/data", state.data_fingerprint},
                   {"state/options", state.options_fingerprint},
                   {"state/best_epoch", std::to_string(state.best_epoch)},
                   {"state/best_accuracy", exact(state.best_accuracy)},
                   {"state/best_loss", exact(state.best_loss)},
                   {"state/phase_start", std::to_string(state.phase_start)},
                   {"state/is_fine_tuning", std::to_string(state.is_fine_tuning)},
                   {"state/is_finished", std::to_string(state.is_finished)},
                   {"state/event_bytes", std::to_string(state.event_bytes)},
                   {"plateau/wait", std::to_string(state.plateau.wait)},
                   {"plateau/cooldown", std::to_string(state.plateau.cooldown)},
                   {"plateau/learning_rate", exact(state.plateau.learning_rate)},
                   {"early_stopping/wait", std::to_string(state.early_stopping.wait)}});
  if (state.plateau.best) metadata["plateau/best"] = exact(*state.plateau.best);
  if (state.early_stopping.best)
    metadata["early_stopping/best"] = exact(*state.early_stopping.best);
  write_safetensors(file, metadata, tensors.list());
}

Checkpoint::Checkpoint(const std::filesystem::path& file)
    : path_(file), file_(read_safetensors(file)) {
  const auto format = file_.metadata.find("format");
  if (format == file_.metadata.end() || format->second != kFormat)
    throw_input_error(
        "{} is a safetensors file but no checkpoint of this program; give the folder of "
        "a run",
        shown(path_));
  constexpr int kMostPixels = std::numeric_limits<int>::max();
  header_ = {.model = name("model"),
             .image_height = static_cast<int>(whole("image_height", kMostPixels)),
             .image_width = static_cast<int>(whole("image_width", kMostPixels)),
             .alpha = number("alpha"),
             .classes = {name("negative_class"), name("positive_class")},
             .phantoms = text("trained_on") == "phantoms",
             .is_fine_tuned = has("is_fine_tuned") && whole("is_fine_tuned") != 0,
             .epoch = whole("epoch")};
}

bool Checkpoint::has(const std::string& key) const { return file_.metadata.contains(key); }

const std::string& Checkpoint::text(const std::string& key) const {
  const auto entry = file_.metadata.find(key);
  if (entry == file_.metadata.end())
    throw_input_error("{} lacks \"{}\" in its metadata; use another checkpoint of the run",
                      shown(path_), key);
  return entry->second;
}

const std::string& Checkpoint::name(const std::string& key) const {
  const std::string& value = text(key);
  if (!is_printable(value))
    throw_input_error(
        "{}: \"{}\" is {}, no name that can be shown; use another checkpoint of the run",
        shown(path_), key, printable(value));
  return value;
}

std::int64_t Checkpoint::whole(const std::string& key, std::int64_t most) const {
  const std::string& digits = text(key);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || value < 0 || value > most)
    throw_input_error("{}: \"{}\" is {}, not a count; use another checkpoint of the run",
                      shown(path_), key, printable(digits));
  return value;
}

double Checkpoint::number(const std::string& key) const {
  const std::string& digits = text(key);
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size())
    throw_input_error("{}: \"{}\" is {}, not a number; use another checkpoint of the run",
                      shown(path_), key, printable(digits));
  return value;
}

const LoadedTensor& Checkpoint::tensor(const std::string& name, const Shape& shape) const {
  const LoadedTensor* found = file_.find(name);
  if (!found)
    throw_input_error("{} has no tensor {}; it belongs to another model or run", shown(path_),
                      name);
  if (found->shape != shape)
    throw_input_error(
        "{}: tensor {} has shape {}, the model needs {}; it belongs to another model or "
        "run",
        shown(path_), name, found->shape.str(), shape.str());
  return *found;
}

// Ours never hold another number, but a file may come from elsewhere, and an activation may take a NaN for 0.
void Checkpoint::require_finite(const LoadedTensor& tensor) const {
  if (!std::ranges::all_of(tensor.values, [](float value) { return std::isfinite(value); }))
    throw_input_error("{}: tensor {} holds a number that is not finite; use another checkpoint",
                      shown(path_), tensor.name);
}

void Checkpoint::restore(Network& network) const {
  for (const Parameter<float>& parameter : network.parameters().all())
    require_finite(
        tensor(parameter.name, parameter.variable.shape()));  // all fit, or nothing changes
  for (const Parameter<float>& parameter : network.parameters().all())
    assign(parameter, tensor(parameter.name, parameter.variable.shape()).values);
  network.frozen_parameters_changed();
}

TrainingState Checkpoint::training_state() const {
  TrainingState state{.epoch = whole("state/epoch"),
                      .next_batch = whole("state/next_batch"),
                      .step = whole("state/step"),
                      .loss_sum = number("state/loss_sum"),
                      .correct = whole("state/correct"),
                      .seen = whole("state/seen"),
                      .data_fingerprint = text("state/data"),
                      .options_fingerprint = text("state/options"),
                      .best_epoch = whole("state/best_epoch"),
                      .best_accuracy = number("state/best_accuracy"),
                      .best_loss = number("state/best_loss")};
  if (!has("state/phase_start")) return state;  // of a version without schedules and callbacks
  const auto optional = [&](const char* key) {
    return has(key) ? std::optional<double>(number(key)) : std::nullopt;
  };
  state.phase_start = whole("state/phase_start");
  state.is_fine_tuning = whole("state/is_fine_tuning") != 0;
  state.is_finished = whole("state/is_finished") != 0;
  state.event_bytes = whole("state/event_bytes");
  state.plateau = {.best = optional("plateau/best"),
                   .wait = whole("plateau/wait"),
                   .cooldown = whole("plateau/cooldown"),
                   .learning_rate = number("plateau/learning_rate")};
  state.early_stopping = {.best = optional("early_stopping/best"),
                          .wait = whole("early_stopping/wait")};
  return state;
}

void Checkpoint::restore(Adam<float>& optimizer) const {
  // Checkpoints of before fine-tuning count one Adam's steps only: those of the run.
  const std::int64_t steps = whole(has("adam/steps") ? "adam/steps" : "state/step");
  const Tensor<float>&m = optimizer.first_moment(), &v = optimizer.second_moment();
  const LoadedTensor& saved_m = tensor("adam/first_moment", m.shape());
  const LoadedTensor& saved_v = tensor("adam/second_moment", v.shape());
  for (const LoadedTensor* saved : {&saved_m, &saved_v}) require_finite(*saved);
  m.copy_from_host(saved_m.values);  // both fit, or nothing changes
  v.copy_from_host(saved_v.values);
  optimizer.set_steps_done(steps);
}

}  // namespace nanopneumo
