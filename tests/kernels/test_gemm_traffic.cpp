// What the products of matrices read: with tiles of BM x BN elements, M N K (1/BM + 1/BN) numbers (where a
// tile is not full, what there is of it). And how: in whole sectors, and from shared memory without bank
// conflicts.
#include <doctest/doctest.h>

#include <array>

#include "kernels/cuda/gemm/tensor_core_gemm.h"
#include "tests/emulator/toy_device.h"
#include "tests/kernels/case_random.h"
#include "tests/kernels/shapes.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

using emulated::GemmPlan;
using emulated::GemmSize;
using emulated::TileShape;

struct TileSides {
  int m, n;
};

TileSides sides(TileShape tile) {
  switch (tile) {
    case TileShape::m128n128:
      return {128, 128};
    case TileShape::m128n64:
      return {128, 64};
    case TileShape::m64n64:
      return {64, 64};
    case TileShape::m128n32:
      return {128, 32};
    case TileShape::m32n32:
      break;
  }
  return {32, 32};
}

/// A device with one precision, whose products are looked at.
class Products {
 public:
  explicit Products(Precision precision)
      : precision_(precision), device_(make_profiled_device(2, {}, precision)) {}

  const Kernels<float>& ops() { return device_->kernels<float>(); }
  Stream& stream() { return device_->stream(); }
  /// Room for n numbers, filled at random.
  float* numbers(std::int64_t n) {
    CaseRandom random("products' traffic", static_cast<int>(arrays_.size()));
    arrays_.push_back(std::make_unique<ToyArray<float>>(*device_, random.values(n)));
    return arrays_.back()->data();
  }

  /// Looks at the launch that multiplies matrices of `size` since the last call. `may_split`: its output
  /// is one matrix, whose sum can be done in parts.
  void check(const std::string& what, const GemmSize& size, bool may_split) {
    const bool is_float32 = precision_ == Precision::float32;
    const GemmPlan plan = is_float32 ? emulated::plan_gemm(size, 4, may_split)
                                     : emulated::plan_tensor_cores(size, may_split);
    const TileSides tile = sides(plan.tile);
    const int tiles_m = (size.M + tile.m - 1) / tile.m, tiles_n = (size.N + tile.n - 1) / tile.n;
    const double numbers =
        (static_cast<double>(size.M) * tiles_n + static_cast<double>(size.N) * tiles_m) * size.K;
    const double bytes = numbers * (precision_ == Precision::bf16 ? 2 : 4);
    int products = 0;
    for (const profiler::KernelProfile& launch : device_->take_profiles()) {
      CHECK_MESSAGE(launch.findings_text() == "", what);
      if (launch.kernel.find("gemm_kernel") == std::string::npos) continue;
      ++products;
      const double share = 32 * static_cast<double>(launch.global_loads.transactions) / bytes;
      fmt::print("{}, tiles of {} x {}: loads {:.3f} of M N K (1/BM + 1/BN)\n", what, tile.m,
                 tile.n, share);
      CHECK_MESSAGE(!(share > 1.1), what);
      // Less at the border of an image, and where neighbouring windows in one request share sectors.
      CHECK_MESSAGE(!(share < 0.85), what);
      for (const profiler::Requests* requests : {&launch.global_loads, &launch.global_stores,
                                                 &launch.shared_loads, &launch.shared_stores})
        CHECK_MESSAGE(requests->transactions == requests->ideal_transactions,
                      what << ", " << launch.kernel);
    }
    CHECK_MESSAGE(products == 1, what);
    count_cases();
  }

 private:
  Precision precision_;
  std::unique_ptr<ProfiledDevice> device_;
  std::vector<std::unique_ptr<ToyArray<float>>> arrays_;
};

constexpr std::array kDense = {DenseDims{128, 128, 128}, DenseDims{64, 512, 32},
                               DenseDims{512, 64, 96}};
constexpr ConvDims kConvolution{1, 40, 40, 32, 64, {3, 3, 1, 1, {1, 1, 1, 1}}};

void check_dense(Products& products, const DenseDims& d) {
  const std::int64_t inputs = std::int64_t{d.N} * d.C, weights = std::int64_t{d.C} * d.K,
                     outputs = std::int64_t{d.N} * d.K;
  const std::string shape = fmt::format(" N {} C {} K {}", d.N, d.C, d.K);
  const float *x = products.numbers(inputs), *w = products.numbers(weights),
              *dy = products.numbers(outputs);
  products.ops().dense_forward(products.stream(), d, x, w, {}, products.numbers(outputs));
  products.check("dense_forward" + shape, {d.N, d.K, d.C}, true);
  products.ops().dense_input_gradient(products.stream(), d, w, dy, products.numbers(inputs));
  products.check("dense_input_gradient" + shape, {d.N, d.C, d.K}, true);
  products.ops().dense_weight_gradient(products.stream(), d, x, dy, products.numbers(weights),
                                       nullptr);
  products.check("dense_weight_gradient" + shape, {d.C, d.K, d.N}, true);
}

void check_convolution(Products& products, const ConvDims& d) {
  const float *x = products.numbers(d.input_size()), *w = products.numbers(d.weight_size()),
              *dy = products.numbers(d.output_size());
  const int pixels = d.N * d.H * d.W, places = d.N * d.P() * d.Q();
  const int taps = d.window.R * d.window.S;
  products.ops().conv_forward(products.stream(), d, x, w, {}, products.numbers(d.output_size()));
  products.check("conv_forward " + str(d), {places, d.K, taps * d.C}, true);
  products.ops().conv_input_gradient(products.stream(), d, w, dy, products.numbers(d.input_size()));
  products.check("conv_input_gradient " + str(d), {pixels, d.C, taps * d.K}, false);
  products.ops().conv_weight_gradient(products.stream(), d, x, dy,
                                      products.numbers(d.weight_size()), nullptr);
  products.check("conv_weight_gradient " + str(d), {taps * d.C, d.K, places}, true);
}

void check_products(Precision precision) {
  Products products(precision);
  for (const DenseDims& d : kDense) check_dense(products, d);
  check_convolution(products, kConvolution);
}

TEST_CASE("traffic: products of float32 read what their tiles need") {
  check_products(Precision::float32);
}

TEST_CASE("traffic: products on tensor cores read what their tiles need, tf32") {
  check_products(Precision::tf32);
}

TEST_CASE("traffic: products on tensor cores read what their tiles need, bfloat16") {
  check_products(Precision::bf16);
}

}  // namespace
}  // namespace nanopneumo::test
