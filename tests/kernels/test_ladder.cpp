#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <type_traits>

#include "kernels/cuda/ladder.h"
#include "tests/kernels/conformance.h"
#include "tests/kernels/shapes.h"

namespace nanopneumo::test {
namespace {

using emulated::GemmSize;
using emulated::GemmStep;
using emulated::kGemmSteps;

// Next to the edges of the kernels' tiles (8, 16, 32, 64, 128), and one that is cut in parts.
constexpr std::array kSizes = {
    GemmSize{1, 1, 1},     GemmSize{8, 8, 8},     GemmSize{16, 32, 7},    GemmSize{33, 15, 9},
    GemmSize{127, 31, 16}, GemmSize{128, 32, 17}, GemmSize{129, 33, 15},  GemmSize{63, 65, 64},
    GemmSize{64, 128, 65}, GemmSize{130, 4, 4},   GemmSize{20, 12, 1100}, GemmSize{300, 260, 24}};

constexpr std::array kConvolutions = {
    ConvDims{1, 1, 1, 1, 1, {1, 1, 1, 1, {}}},
    ConvDims{2, 7, 5, 3, 17, {3, 3, 2, 2, {0, 1, 0, 1}}},
    ConvDims{1, 2, 3, 4, 8, {5, 6, 2, 3, {2, 3, 1, 4}}},
    ConvDims{2, 9, 8, 16, 36, {3, 3, 1, 1, {1, 1, 1, 1}}},
    ConvDims{3, 6, 7, 33, 31, {1, 1, 1, 1, {}}},
};

template <class Call>
constexpr bool kIsReference = std::is_same_v<typename Call::Pointer, double*>;

/// Calls `body(step, case, product)` where product(step) computes the case's product with that step.
template <class Operands>
void for_each_step(const std::string& operation, int cases, const Operands& operands) {
  Tally tally{.operation = operation};
  const DeviceUnderTest entry{"emulated", [] { return make_emulated_device(2); }};
  const std::unique_ptr<Device> device = entry.make();
  for (int index = 0; index < cases; ++index) {
    Case current(tally, *device, entry, index);
    operands(current);
  }
  print(tally);
}

/// What a sum of `terms` products may be off with a step.
Tolerance tolerance_of(const Case& c, GemmStep step, std::int64_t terms) {
  const double rounding = step == GemmStep::tensor_cores ? kBf16Rounding : 0;
  return c.linear(rounding_of_products(terms, rounding));
}

/// Each step agrees with the reference, and those in float32 to the bit where `same_order`: an element
/// is then one chain of fused multiply-adds in the order of k in every step.
template <class Body>
void check_steps(Case& c, const std::string& what, bool same_order, const Body& body) {
  for (const GemmStep step : kGemmSteps)
    c.check(fmt::format("{} {}", name(step), what), [&](auto& call) { body(step, call); });
  const auto bits = [&](GemmStep step) { return c.run([&](auto& call) { body(step, call); }); };
  if (same_order) {
    const CallResult first = bits(GemmStep::naive);
    CHECK_MESSAGE(same_bytes(first, bits(GemmStep::shared_tiles)), what);
    CHECK_MESSAGE(same_bytes(first, bits(GemmStep::register_tiles)), what);
  }
}

TEST_CASE("Each step of the ladder multiplies matrices as the reference does") {
  for_each_step("ladder, GEMM", 2 * static_cast<int>(kSizes.size()), [](Case& c) {
    const GemmSize size = kSizes[static_cast<std::size_t>(c.index / 2)];
    const auto elements = [](int rows, int columns) { return std::int64_t{rows} * columns; };
    const auto a = c.values(elements(size.M, size.K)), b = c.values(elements(size.K, size.N));
    const bool same_order = size.K < 512;  // tile_policy.h cuts longer ones in parts
    check_steps(c, fmt::format("M {} N {} K {}", size.M, size.N, size.K), same_order,
                [&](GemmStep step, auto& call) {
                  auto* y = call.out("y", elements(size.M, size.N), tolerance_of(c, step, size.K));
                  if constexpr (kIsReference<std::remove_reference_t<decltype(call)>>)
                    call.ops().dense_forward(call.stream(), {size.M, size.K, size.N}, call.in(a),
                                             call.in(b), {}, y);
                  else
                    emulated::gemm_with(step, call.stream(), size, call.in(a), call.in(b), y);
                });
  });
}

TEST_CASE("Each step of the ladder convolves as the reference does") {
  for_each_step("ladder, convolution", 2 * static_cast<int>(kConvolutions.size()), [](Case& c) {
    const ConvDims d = kConvolutions[static_cast<std::size_t>(c.index / 2)];
    const auto x = c.values(d.input_size()), w = c.values(d.weight_size());
    const auto bias = c.values(d.K), residual = c.values(d.output_size());
    const std::int64_t terms = d.weight_size() / d.K + 2;
    check_steps(c, str(d), terms < 512, [&](GemmStep step, auto& call) {
      auto* y = call.out("y", d.output_size(), tolerance_of(c, step, terms));
      const auto epilogue = call.epilogue(bias, residual, Activation::relu);
      if constexpr (kIsReference<std::remove_reference_t<decltype(call)>>)
        call.ops().conv_forward(call.stream(), d, call.in(x), call.in(w), epilogue, y);
      else
        emulated::conv_forward_with(step, call.stream(), d, call.in(x), call.in(w), epilogue, y);
    });
  });
}

}  // namespace
}  // namespace nanopneumo::test
