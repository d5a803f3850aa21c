#include <doctest/doctest.h>

#include "tests/io/messages.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"
#include "tests/support/file_content.h"
#include "tests/support/shape_error.h"
#include "train/checkpoint.h"

namespace nanopneumo::test {
namespace {

const CheckpointHeader kHeader{.model = "cnn",
                               .image_height = 46,
                               .image_width = 50,
                               .alpha = 0.1 + 0.2,
                               .classes = {"NORMAL", "a \"b\" \xc3\xb6"},
                               .phantoms = true,
                               .is_fine_tuned = true,
                               .epoch = 3};

const TrainingState kState{.epoch = 3,
                           .next_batch = 2,
                           .step = 1234567,
                           .loss_sum = 1.0 / 3,
                           .correct = 5,
                           .seen = 9,
                           .data_fingerprint = "0123456789abcdef",
                           .options_fingerprint = "fedcba9876543210",
                           .best_epoch = 2,
                           .best_accuracy = 0.1 + 0.7,
                           .best_loss = 1e-300};

Network make_network(Device& device, const Shape& image, std::uint64_t seed) {
  return Network(find_architecture("cnn"), image, {}, device, seed);
}

/// Everything a checkpoint restores.
std::vector<std::vector<float>> values_of(const Network& network, const Adam<float>& optimizer) {
  std::vector<std::vector<float>> values{optimizer.first_moment().to_host(),
                                         optimizer.second_moment().to_host()};
  for (const Parameter<float>& parameter : network.parameters().all())
    values.push_back(parameter.variable.value.to_host());
  return values;
}

/// An optimiser that has been used.
Adam<float> used_optimizer(Network& network) {
  Adam<float> optimizer(network.parameters());
  const Tensor<float>& g = network.parameters().gradients();
  std::vector<float> values(static_cast<std::size_t>(g.size()));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>(i % 101) / 100 - 0.5f;
  g.copy_from_host(values);
  optimizer.step(network.parameters());
  return optimizer;
}

TEST_CASE("What is saved comes back, and saves as the same bytes") {
  const TemporaryFolder folder;
  const auto device = make_cpu_device(1);
  Network network = make_network(*device, {46, 50, 3}, 1);
  const Adam<float> optimizer = used_optimizer(network);
  const auto first = folder.path() / "first.safetensors";
  save_training(first, kHeader, network, optimizer, kState);

  const Checkpoint checkpoint(first);
  const CheckpointHeader& h = checkpoint.header();
  CHECK(h.model == kHeader.model);
  CHECK(h.image_height == 46);
  CHECK(h.image_width == 50);
  CHECK(h.alpha == kHeader.alpha);
  CHECK(h.classes == kHeader.classes);
  CHECK(h.phantoms);
  CHECK(h.is_fine_tuned);
  CHECK(h.epoch == 3);

  Network other = make_network(*device, {46, 50, 3}, 2);
  Adam<float> other_optimizer(other.parameters());
  CHECK(values_of(other, other_optimizer) != values_of(network, optimizer));
  checkpoint.restore(other);
  const TrainingState state = checkpoint.training_state();
  checkpoint.restore(other_optimizer);
  CHECK(values_of(other, other_optimizer) == values_of(network, optimizer));
  CHECK(state.epoch == kState.epoch);
  CHECK(state.next_batch == kState.next_batch);
  CHECK(state.step == kState.step);
  CHECK(state.loss_sum == kState.loss_sum);
  CHECK(state.correct == kState.correct);
  CHECK(state.seen == kState.seen);
  CHECK(state.best_epoch == kState.best_epoch);
  CHECK(state.best_accuracy == kState.best_accuracy);
  CHECK(state.best_loss == kState.best_loss);
  CHECK(other_optimizer.steps_done() == 1);

  const auto second = folder.path() / "second.safetensors";
  save_training(second, h, other, other_optimizer, state);
  CHECK(file_content(second) == file_content(first));
  count_cases(20);
}

TEST_CASE("A checkpoint of another network is refused and changes nothing") {
  const TemporaryFolder folder;
  const auto device = make_cpu_device(1);
  Network network = make_network(*device, {46, 46, 3}, 1);
  const Adam<float> optimizer = used_optimizer(network);
  const auto path = folder.path() / "small.safetensors";
  save_training(path, kHeader, network, optimizer, kState);

  // 64 x 64 pixels leave 2 x 2 before the dense layer: its kernel has another shape.
  Network larger = make_network(*device, {64, 64, 3}, 2);
  Adam<float> larger_optimizer = used_optimizer(larger);
  const auto before = values_of(larger, larger_optimizer);
  const Checkpoint checkpoint(path);
  CHECK(says(input_error_of([&] { checkpoint.restore(larger); }), "small.safetensors",
             "dense/kernel", "(128, 128)", "(512, 128)"));
  CHECK(says(input_error_of([&] { checkpoint.restore(larger_optimizer); }), "adam/first_moment"));
  CHECK(values_of(larger, larger_optimizer) == before);
  CHECK(larger_optimizer.steps_done() == 1);

  Network backbone(find_architecture("mobilenet"), {32, 32, 3}, {.alpha = 0.25}, *device, 1);
  CHECK(says(input_error_of([&] { checkpoint.restore(backbone); }), "conv1/kernel"));
  count_cases(5);
}

TEST_CASE("A network without training state cannot be gone on with") {
  const TemporaryFolder folder;
  const auto device = make_cpu_device(1);
  Network network = make_network(*device, {46, 46, 3}, 1);
  Adam<float> optimizer = used_optimizer(network);
  const auto path = folder.path() / "best.safetensors";
  save_network(path, kHeader, network);
  const Checkpoint checkpoint(path);
  const auto before = values_of(network, optimizer);
  CHECK(says(input_error_of([&] { (void)checkpoint.training_state(); }), "best.safetensors",
             "state/epoch"));
  CHECK(values_of(network, optimizer) == before);
  count_cases(2);
}

TEST_CASE("Files that are no checkpoint are refused by name") {
  const TemporaryFolder folder;
  CHECK(says(input_error_of([&] { (void)Checkpoint(folder.path() / "none.safetensors"); }),
             "none.safetensors"));
  const auto foreign = folder.path() / "foreign.safetensors";
  write_safetensors(foreign, {}, {});
  CHECK(says(input_error_of([&] { (void)Checkpoint{foreign}; }), "foreign.safetensors",
             "no checkpoint"));
  std::map<std::string, std::string> metadata{
      {"format", "nanopneumo checkpoint 1"}, {"model", "cnn"}, {"image_height", "many"}};
  write_safetensors(foreign, metadata, {});
  CHECK(says(input_error_of([&] { (void)Checkpoint{foreign}; }), "image_height", "many"));
  metadata["image_height"] = "4294967296";
  write_safetensors(foreign, metadata, {});
  CHECK(says(input_error_of([&] { (void)Checkpoint{foreign}; }), "image_height", "4294967296"));
  metadata.erase("model");
  write_safetensors(foreign, metadata, {});
  CHECK(says(input_error_of([&] { (void)Checkpoint{foreign}; }), "model"));
  count_cases(5);
}

TEST_CASE("Texts of a checkpoint that no terminal should be given are refused and not repeated") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "received.safetensors";
  const std::map<std::string, std::string> sound{{"format", "nanopneumo checkpoint 1"},
                                                 {"model", "cnn"},
                                                 {"image_height", "46"},
                                                 {"image_width", "46"},
                                                 {"alpha", "1"},
                                                 {"negative_class", "NORMAL"},
                                                 {"positive_class", "PNEUMONIA"},
                                                 {"epoch", "1"},
                                                 {"trained_on", "phantoms"}};
  write_safetensors(file, sound, {});
  CHECK_NOTHROW(Checkpoint{file});
  for (const char* key :
       {"model", "image_height", "alpha", "negative_class", "positive_class", "epoch"})
    for (const std::string& text : {std::string("\x1b[2J"), std::string(1 << 20, 'x')}) {
      std::map<std::string, std::string> metadata = sound;
      metadata[key] = text;
      write_safetensors(file, metadata, {});
      const std::string message = input_error_of([&] { (void)Checkpoint{file}; });
      CHECK(says(message, "received.safetensors", key));
      CHECK(message.size() < 400);
      CHECK_FALSE(contains(message, "\x1b"));
      count_cases();
    }
}

}  // namespace
}  // namespace nanopneumo::test
