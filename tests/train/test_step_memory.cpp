// Training steps in an arena: the same gradients to the bit, whatever lay in it before, and no more memory than is held
// at once.
#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <vector>

#include "kernels/asan.h"
#include "models/registry.h"
#include "tests/support/cases.h"
#include "tests/support/formula_network.h"
#include "tests/support/gpu_devices.h"
#include "tests/support/largest_use.h"
#include "train/network.h"
#include "train/step.h"
#include "train/step_memory.h"

namespace nanopneumo::test {
namespace {

constexpr int kBatch = 3;

/// A network of formula weights and batches of formula images.
class Steps {
 public:
  /// `layers`: what is fine-tuned (first_fine_tuned); empty: nothing.
  Steps(Device& device, const Architecture& architecture, int size, const std::string& layers)
      : device_(device), size_(size), network_(architecture, {size, size, 3}, {}, device, 1) {
    assign_formula(network_.graph(), network_.parameters());
    network_.frozen_parameters_changed();
    if (!layers.empty()) network_.fine_tune({.layers = layers});
  }

  const Network& network() const { return network_; }

  LabelledBatch<float> batch(int n, int first) const {
    const Tensor<float> images = formula_input<float>(device_, n, size_, size_,
                                                      network_.architecture().preprocessing, first);
    std::vector<float> labels;
    for (int i = 0; i < n; ++i) labels.push_back(static_cast<float>((first + i) % 2));
    return {network_.frozen_output(images), Tensor<float>::from_host(device_, {n}, labels), {}};
  }

  /// Loss, logits and gradients of a step.
  std::vector<float> run(const LabelledBatch<float>& batch, Arena* arena) {
    const StepResult<float> step = compute_gradients(network_.graph(), network_.parameters(), batch,
                                                     {.training = true, .seed = 5, .step = 7},
                                                     network_.trained_segment(), arena);
    std::vector<float> all = network_.parameters().gradients().to_host();
    all.push_back(static_cast<float>(step.loss));
    all.insert(all.end(), step.logits.begin(), step.logits.end());
    return all;
  }

 private:
  Device& device_;
  int size_;
  Network network_;
};

bool same_bytes(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

/// Fills the arena with NaN.
void poison(Device& device, const Arena& arena, const ArenaPlan& plan) {
  const std::vector<std::uint8_t> ones(plan.bytes(), 0xff);
  ASAN_UNPOISON_MEMORY_REGION(arena.memory().data(), plan.bytes());
  device.copy_to_device(arena.memory().data(), ones.data(), ones.size());
}

void check_steps(Device& device, const Architecture& architecture, int size,
                 const std::string& layers) {
  INFO(architecture.name << ", fine-tuned: " << layers);
  Steps steps(device, architecture, size, layers);
  const LabelledBatch<float> whole = steps.batch(kBatch, 0), last = steps.batch(1, kBatch);
  const ArenaPlan plan = plan_step(steps.network(), kBatch);
  std::vector<Lifetime> lined = plan.tensors;
  for (Lifetime& tensor : lined) tensor.bytes += Allocator::kAlignment;
  CHECK(static_cast<double>(plan.bytes()) <= 1.07 * static_cast<double>(largest_use(lined)));

  std::vector<std::vector<float>> in_arena;
  const auto is_whole = {true, false, true};  // an epoch's last batch is a smaller one
  {
    Arena arena(plan, device.allocator());
    const MemoryStatistics before = device.allocator().statistics();
    for (const bool whole_batch : is_whole) {
      poison(device, arena, plan);
      in_arena.push_back(steps.run(whole_batch ? whole : last, &arena));
      CHECK(arena.statistics().in_use == 0);
    }
    // All of the step has lain in the arena, and nothing of it elsewhere.
    std::size_t most = 0;
    for (const Lifetime& tensor : plan.tensors) most = std::max(most, tensor.bytes);
    CHECK(arena.statistics().peak_in_use >= most);
    CHECK(arena.statistics().peak_in_use <= plan.bytes());
    CHECK(arena.made() == plan.tensors.size());
    CHECK(device.allocator().statistics().in_use == before.in_use);
    CHECK(device.allocator().statistics().peak_in_use == before.peak_in_use);
  }
  const std::vector<float> expected = steps.run(whole, nullptr);
  const std::vector<float> expected_last = steps.run(last, nullptr);
  CHECK_FALSE(same_bytes(expected, expected_last));
  for (std::size_t i = 0; i < in_arena.size(); ++i) {
    CHECK(same_bytes(in_arena[i], is_whole.begin()[i] ? expected : expected_last));
    count_cases();
  }
}

TEST_CASE("Training steps in an arena: the scratch CNN and heads") {
  const auto device = make_cpu_device(2);
  check_steps(*device, find_architecture("cnn"), 47, "");
  for (const char* model : {"mobilenet", "vgg16"})
    check_steps(*device, find_architecture(model), find_architecture(model).minimum_size, "");
}

TEST_CASE("Training steps in an arena: each backbone, all of it and its last layers") {
  const auto device = make_cpu_device(2);
  for (const Architecture& architecture : architectures())
    if (architecture.is_backbone)
      check_steps(*device, architecture, architecture.minimum_size, "all");
  for (const char* model : {"efficientnetb4", "mobilenet"})
    check_steps(*device, find_architecture(model), find_architecture(model).minimum_size, "7");
}

TEST_CASE("Training steps in an arena on GPU devices") {
  for_each_gpu_device([](Device& device) {
    check_steps(device, find_architecture("cnn"), 46, "");
    check_steps(device, find_architecture("mobilenet"), 32, "all");
  });
}

TEST_CASE("Steps of 250 x 250 pixels are planned within 3 % of what is held at once") {
  for (const Architecture& architecture : architectures())
    for (const char* layers : {"all", "10"}) {
      INFO(architecture.name << ", " << std::string(layers));
      Classifier classifier = build_classifier(architecture, {250, 250, 3}, {});
      int first = 1;
      if (architecture.is_backbone) {
        first = first_fine_tuned(classifier.graph, classifier.features_node, layers);
        fine_tune(classifier.graph, first, classifier.features_node, FineTunedBatchNorm::nothing);
      }
      const ArenaPlan plan =
          plan_step(classifier.graph, {.first = last_cut_before(classifier.graph, first)}, 32);
      CHECK(static_cast<double>(plan.bytes()) <=
            1.03 * static_cast<double>(largest_use(plan.tensors)));
      count_cases();
    }
}

TEST_CASE("A step's plan grows with the batch") {
  const Architecture& architecture = find_architecture("cnn");
  const Graph graph = build_model(architecture, {250, 250, 3}, {});
  const std::size_t one = plan_step(graph, {}, 1).bytes(), more = plan_step(graph, {}, 32).bytes();
  CHECK(more > 31 * one);
  CHECK(more <= 32 * one);
  // 250 x 250 x 32 after the first convolution, with its gradient, is what a step holds at least.
  CHECK(one > 2 * 4 * std::size_t{250} * 250 * 32);
  count_cases(3);
}

}  // namespace
}  // namespace nanopneumo::test
