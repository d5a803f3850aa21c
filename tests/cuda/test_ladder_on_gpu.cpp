// The ladder's steps as nvcc compiled them against the emulation of the same source. Layers call the
// last two alone, so that the op tests do not reach the others. It takes a GPU, or ptxrun.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "kernels/cuda/ladder_table.h"
#include "tensor/cuda_device.h"
#include "tensor/tensor.h"
#include "tests/kernels/case_random.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

// Next to the edges of the tiles, and one whose sum is cut in parts.
constexpr std::array kProducts = {DenseDims{1, 1, 1}, DenseDims{33, 9, 15}, DenseDims{129, 17, 33},
                                  DenseDims{64, 65, 128}, DenseDims{20, 1100, 12}};
constexpr std::array kConvolutions = {
    ConvDims{2, 7, 5, 3, 17, {3, 3, 2, 2, {0, 1, 0, 1}}},
    ConvDims{1, 2, 3, 4, 8, {5, 6, 2, 3, {2, 3, 1, 4}}},
    ConvDims{2, 9, 8, 16, 36, {3, 3, 1, 1, {1, 1, 1, 1}}},
};

Tensor<float> tensor(Device& device, const std::vector<float>& values) {
  Tensor<float> made(device, {static_cast<std::int64_t>(values.size())});
  made.copy_from_host(values);
  return made;
}

/// What `call(step, stream, x, w, y)` leaves in y on a device; y starts as NaN.
template <class Call>
std::vector<float> result(Device& device, const LadderStep& step, const std::vector<float>& x,
                          const std::vector<float>& w, std::int64_t outputs, const Call& call) {
  const Tensor<float> on_device_x = tensor(device, x), on_device_w = tensor(device, w);
  const Tensor<float> y =
      tensor(device, std::vector<float>(static_cast<std::size_t>(outputs), std::nanf("")));
  call(step, device.stream(), on_device_x.data(), on_device_w.data(), y.data());
  return y.to_host();
}

/// Steps in float32 give the same bits. Tensor cores add the same products in another order.
void check_agreement(const std::string& what, std::string_view step,
                     const std::vector<float>& expected, const std::vector<float>& got) {
  REQUIRE(expected.size() == got.size());
  const bool in_order = step != "tensor_cores";
  double largest = 0;
  for (const float value : expected) largest = std::max(largest, std::abs(double{value}));
  const double allowed = in_order ? 0 : 1e-5 * std::max(largest, 1.0);
  for (std::size_t i = 0; i < expected.size(); ++i)
    if (!(std::abs(double{got[i]} - double{expected[i]}) <= allowed)) {
      FAIL_CHECK(
          fmt::format("{} {}: element {} is {} instead of {}", step, what, i, got[i], expected[i]));
      break;
    }
  count_cases();
}

template <class Call>
void check_each_step(const std::string& what, const std::vector<float>& x,
                     const std::vector<float>& w, std::int64_t outputs, const Call& call) {
  const std::unique_ptr<Device> gpu = make_cuda_device(), emulation = make_emulated_device(2);
  for (std::size_t i = 0; i < emulated::ladder().size(); ++i) {
    const LadderStep &expected = emulated::ladder()[i], &step = cuda::ladder()[i];
    CHECK(step.name == expected.name);
    check_agreement(what, step.name, result(*emulation, expected, x, w, outputs, call),
                    result(*gpu, step, x, w, outputs, call));
  }
}

bool is_possible() {
  const std::string missing = cuda::status().missing;
  if (!missing.empty()) skip_cases(1, missing);
  return missing.empty();
}

TEST_CASE("each step of the ladder multiplies matrices on a GPU as in the emulation") {
  if (!is_possible()) return;
  for (std::size_t i = 0; i < kProducts.size(); ++i) {
    const DenseDims d = kProducts[i];
    CaseRandom random("ladder on a GPU, products", static_cast<int>(i));
    check_each_step(fmt::format("N {} C {} K {}", d.N, d.C, d.K),
                    random.values(std::int64_t{d.N} * d.C), random.values(std::int64_t{d.C} * d.K),
                    std::int64_t{d.N} * d.K,
                    [&](const LadderStep& step, Stream& stream, const float* x, const float* w,
                        float* y) { step.product(stream, d, x, w, y); });
  }
}

TEST_CASE("each step of the ladder convolves on a GPU as in the emulation") {
  if (!is_possible()) return;
  for (std::size_t i = 0; i < kConvolutions.size(); ++i) {
    const ConvDims d = kConvolutions[i];
    CaseRandom random("ladder on a GPU, convolutions", static_cast<int>(i));
    check_each_step(fmt::format("convolution {}", i), random.values(d.input_size()),
                    random.values(d.weight_size()), d.output_size(),
                    [&](const LadderStep& step, Stream& stream, const float* x, const float* w,
                        float* y) { step.convolution(stream, d, x, w, y); });
  }
}

}  // namespace
}  // namespace nanopneumo::test
