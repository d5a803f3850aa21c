// Training on another device than the CPU: the same pixels, the same masks, and from the same weights
// the same loss and gradients up to rounding.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "io/phantoms.h"
#include "layers/random_streams.h"
#include "tests/support/cases.h"
#include "tests/support/formula_network.h"
#include "tests/support/gpu_devices.h"
#include "train/batches.h"
#include "train/network.h"

namespace nanopneumo::test {
namespace {

constexpr std::uint64_t kSeed = 3;
constexpr int kBatch = 5;

ImageSet phantoms(int size) {
  return make_phantoms(2 * kBatch, size, size, kSeed, kPhantomStream, 2);
}

/// One device's network and batches.
class Run {
 public:
  /// `layers`: what is fine-tuned of the backbone (first_fine_tuned); empty: nothing.
  Run(Device& device, const std::string& model, const ImageSet& images, const std::string& layers)
      : network_(find_architecture(model), {images.height, images.width, 3}, {}, device, kSeed),
        batches_(device, images, network_.architecture().preprocessing) {
    if (layers.empty()) return;
    // Initialisers let the activations of a deep network fade; these weights do not.
    assign_formula(network_.graph(), network_.parameters());
    network_.fine_tune({.layers = layers});
  }

  /// The augmented batch of step number `step`.
  LabelledBatch<float> batch(std::uint32_t step) {
    std::vector<std::int64_t> which;
    for (int i = 0; i < kBatch; ++i) which.push_back((step * kBatch + i) % (2 * kBatch));
    return batches_.training(which, paper_augmentation(), {1, 1}, kSeed, step);
  }

  double loss_and_gradients(const LabelledBatch<float>& images, std::uint32_t step) {
    LabelledBatch<float> batch = images;
    batch.x = network_.frozen_output(images.x);
    return compute_gradients(network_.graph(), network_.parameters(), batch,
                             {.training = true, .seed = kSeed, .step = step},
                             network_.trained_segment())
        .loss;
  }

  Network& network() { return network_; }

 private:
  Network network_;
  Batches batches_;
};

void copy_parameters(Network& from, Network& to) {
  for (std::size_t i = 0; i < from.parameters().all().size(); ++i)
    assign<float>(to.parameters().all()[i], from.parameters().all()[i].variable.value.to_host());
  to.frozen_parameters_changed();
}

/// The largest difference of two tensors as a share of the largest element of `expected`; infinite
/// where it is no number.
double share_of_largest(const std::vector<float>& expected, const std::vector<float>& got) {
  REQUIRE(expected.size() == got.size());
  double largest = 0, difference = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    largest = std::max(largest, std::abs(double{expected[i]}));
    const double here = std::abs(double{expected[i]} - double{got[i]});
    if (!std::isfinite(here)) return std::numeric_limits<double>::infinity();
    difference = std::max(difference, here);
  }
  return difference / largest;
}

/// Trains on the CPU and, at each step, repeats the step on `device` from the CPU's weights.
void expect_the_same_steps(Device& device, const std::string& model, int image_size, int steps,
                           const std::string& layers = "") {
  const ImageSet images = phantoms(image_size);
  const std::unique_ptr<Device> cpu = make_cpu_device(2);
  Run expected(*cpu, model, images, layers), got(device, model, images, layers);
  Adam<float> optimizer(expected.network().parameters());
  for (std::uint32_t step = 0; step < static_cast<std::uint32_t>(steps); ++step) {
    copy_parameters(expected.network(), got.network());
    const LabelledBatch<float> cpu_batch = expected.batch(step), batch = got.batch(step);
    CHECK(cpu_batch.x.to_host() == batch.x.to_host());

    const double cpu_loss = expected.loss_and_gradients(cpu_batch, step);
    const double loss = got.loss_and_gradients(batch, step);
    CHECK_MESSAGE(!(std::abs(loss - cpu_loss) > 1e-5 * std::abs(cpu_loss)), device.name(), " step ",
                  step, ": loss ", loss, " instead of ", cpu_loss);
    CHECK(std::isfinite(loss));
    for (std::size_t i = 0; i < got.network().parameters().all().size(); ++i) {
      const auto& parameter = expected.network().parameters().all()[i];
      if (!parameter.trainable) continue;
      const double share = share_of_largest(
          parameter.variable.gradient->value().to_host(),
          got.network().parameters().all()[i].variable.gradient->value().to_host());
      CHECK_MESSAGE(share <= 1e-3, device.name(), " step ", step, ": the gradient of ",
                    parameter.name, " differs by ", share, " of its largest element");
      count_cases();
    }
    optimizer.step(expected.network().parameters());
  }
}

TEST_CASE("The scratch CNN trains on every GPU device as on the CPU") {
  for_each_gpu_device([](Device& device) { expect_the_same_steps(device, "cnn", 48, 3); });
}

TEST_CASE("MobileNet with a new head trains on every GPU device as on the CPU") {
  for_each_gpu_device([](Device& device) { expect_the_same_steps(device, "mobilenet", 32, 2); });
}

TEST_CASE("MobileNet's last layers are fine-tuned on every GPU device as on the CPU") {
  for_each_gpu_device(
      [](Device& device) { expect_the_same_steps(device, "mobilenet", 32, 2, "conv_dw_12"); });
}

}  // namespace
}  // namespace nanopneumo::test
