// The tensor cores' wrappers against the definition, with the lane maps written out as the PTX ISA
// manual does.
#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cmath>
#include <numeric>

#include "kernels/cuda/bfloat16.h"
#include "tests/kernels/case_random.h"
#include "tests/kernels/emulated_launch.h"
#include "tests/kernels/tensor_core_kernels.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

using emulated::launch;

/// Where element i of a fragment lies, for lane `lane` (group = lane >> 2, thread = lane % 4).
struct Element {
  int row, column;
};
// "Matrix Fragments for mma.m16n8k16 with floating point type", .bf16
Element bf16_a(int lane, int i) {
  return {(i < 2 || (i >= 4 && i < 6)) ? lane >> 2 : (lane >> 2) + 8,
          lane % 4 * 2 + (i & 1) + (i < 4 ? 0 : 8)};
}
Element bf16_b(int lane, int i) { return {lane % 4 * 2 + (i & 1) + (i < 2 ? 0 : 8), lane >> 2}; }
// "Matrix Fragments for mma.m16n8k8", .tf32
Element tf32_a(int lane, int i) {
  return {(i == 0 || i == 2) ? lane >> 2 : (lane >> 2) + 8, i < 2 ? lane % 4 : lane % 4 + 4};
}
Element tf32_b(int lane, int i) { return {i == 0 ? lane % 4 : lane % 4 + 4, lane >> 2}; }
// Accumulators of both
Element accumulator(int lane, int i) {
  return {i < 2 ? lane >> 2 : (lane >> 2) + 8, lane % 4 * 2 + (i & 1)};
}

struct Bf16Product {
  static constexpr bool kTf32 = false;
  static constexpr int kK = 16, kPerRegister = 2;
  static constexpr auto a = bf16_a;
  static constexpr auto b = bf16_b;
  static float rounded(float x) { return to_float(to_bfloat16(x)); }
  static void put(unsigned* registers, int i, float x) {
    registers[i / 2] |= unsigned{to_bfloat16(x).bits} << 16 * (i % 2);
  }
};

struct Tf32Product {
  static constexpr bool kTf32 = true;
  static constexpr int kK = 8, kPerRegister = 1;
  static constexpr auto a = tf32_a;
  static constexpr auto b = tf32_b;
  static float rounded(float x) {
    return std::bit_cast<float>(std::bit_cast<unsigned>(x) & ~0x1FFFu);
  }
  static void put(unsigned* registers, int i, float x) {
    registers[i] = std::bit_cast<unsigned>(x);  // the lower bits must not matter
  }
};

template <class Product>
void check_product(int index, Stream& stream) {
  constexpr int kK = Product::kK, kPer = Product::kPerRegister;
  CaseRandom random("product", index);
  const auto a = random.values(16 * kK), b = random.values(kK * 8), c = random.values(16 * 8);
  unsigned fragment_a[32][4] = {}, fragment_b[32][2] = {};
  float fragment_c[32][4] = {}, fragment_d[32][4];
  for (int lane = 0; lane < 32; ++lane) {
    for (int i = 0; i < 4 * kPer; ++i) {
      const auto [row, column] = Product::a(lane, i);
      Product::put(fragment_a[lane], i, a.at(static_cast<std::size_t>(row * kK + column)));
    }
    for (int i = 0; i < 2 * kPer; ++i) {
      const auto [row, column] = Product::b(lane, i);
      Product::put(fragment_b[lane], i, b.at(static_cast<std::size_t>(row * 8 + column)));
    }
    for (int i = 0; i < 4; ++i) {
      const auto [row, column] = accumulator(lane, i);
      fragment_c[lane][i] = c.at(static_cast<std::size_t>(row * 8 + column));
    }
  }
  launch(stream, KERNEL(emulated::product_kernel<Product::kTf32>), 1, 32, 0, fragment_a, fragment_b,
         fragment_c, fragment_d);
  for (int lane = 0; lane < 32; ++lane)
    for (int i = 0; i < 4; ++i) {
      const auto [row, column] = accumulator(lane, i);
      double expected = fragment_c[lane][i];
      for (int k = 0; k < kK; ++k)
        expected += double{Product::rounded(a[static_cast<std::size_t>(row * kK + k)])} *
                    Product::rounded(b[static_cast<std::size_t>(k * 8 + column)]);
      CHECK(!(std::abs(fragment_d[lane][i] - expected) > 1e-6));
      count_cases();
    }
}

TEST_CASE("A tensor core's product of bfloat16 follows the manual's lane map") {
  on_each_schedule([](Stream& stream) {
    for (int index = 0; index < 20; ++index) check_product<Bf16Product>(index, stream);
  });
}

TEST_CASE("A tensor core's product of tf32 follows the manual's lane map") {
  on_each_schedule([](Stream& stream) {
    for (int index = 0; index < 20; ++index) check_product<Tf32Product>(index, stream);
  });
}

template <int kMatrices, bool kTransposed>
void check_matrix_load(Stream& stream) {
  CaseRandom random("matrix load", kMatrices);
  unsigned short x[32][8];
  int row[32];
  for (unsigned i = 0; i < 32 * 8; ++i) x[i / 8][i % 8] = static_cast<unsigned short>(i * 257);
  std::iota(row, row + 32, 0);
  for (int i = 31; i > 0; --i) std::swap(row[i], row[random.integer(0, i)]);
  unsigned y[32][kMatrices];
  launch(stream, KERNEL(emulated::matrix_load_kernel<kMatrices, kTransposed>), 1, 32, 0, x, row, y);
  for (int lane = 0; lane < 32; ++lane)
    for (int m = 0; m < kMatrices; ++m) {
      const auto element = [&](int r, int c) { return unsigned{x[row[8 * m + r]][c]}; };
      const int g = lane / 4, t = lane % 4;
      const unsigned expected = kTransposed ? element(2 * t, g) | element(2 * t + 1, g) << 16
                                            : element(g, 2 * t) | element(g, 2 * t + 1) << 16;
      CHECK(y[lane][m] == expected);
      count_cases();
    }
}

TEST_CASE("Matrices are loaded from the rows that the lanes name") {
  on_each_schedule([](Stream& stream) {
    check_matrix_load<1, false>(stream);
    check_matrix_load<2, false>(stream);
    check_matrix_load<4, false>(stream);
    check_matrix_load<1, true>(stream);
    check_matrix_load<2, true>(stream);
    check_matrix_load<4, true>(stream);
  });
}

TEST_CASE("Copied, loaded and multiplied: a product of two small matrices") {
  alignas(16) unsigned short a[16 * 16], b[16 * 8];
  CaseRandom random("small product", 0);
  const auto fill = [&](auto& values) {
    for (auto& value : values) value = to_bfloat16(static_cast<float>(random.integer(-3, 3))).bits;
  };
  fill(a);
  fill(b);
  on_each_schedule([&](Stream& stream) {
    float d[16 * 8];
    launch(stream, KERNEL(emulated::small_product_kernel), 1, 32, 0, a, b, d);
    for (int m = 0; m < 16; ++m)
      for (int n = 0; n < 8; ++n) {
        float expected = 0;
        for (int k = 0; k < 16; ++k)
          expected += to_float(bfloat16{a[m * 16 + k]}) * to_float(bfloat16{b[k * 8 + n]});
        CHECK(d[m * 8 + n] == expected);
        count_cases();
      }
  });
}

TEST_CASE("tf32 is float32 rounded to ten fraction bits, ties away from zero") {
  CaseRandom random("tf32", 0);
  std::vector<float> x;
  for (int i = 0; i < 20000; ++i) {
    const auto bits = static_cast<std::uint32_t>(random.uniform(0, 0x1p32)) & 0xFF7FFFFFu;
    for (const std::uint32_t tail : {0u, 1u, 0xFFFu, 0x1000u, 0x1001u, 0x1FFFu, bits & 0x1FFFu})
      x.push_back(std::bit_cast<float>((bits & ~0x1FFFu) | tail));
  }
  std::vector<unsigned> y(x.size());
  on_each_schedule([&](Stream& stream) {
    launch(stream, KERNEL(emulated::round_to_tf32_kernel),
           static_cast<unsigned>((x.size() + 127) / 128), 128, 0, static_cast<int>(x.size()),
           x.data(), y.data());
    long long wrong = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      // In units of the last place kept: std::round goes away from zero at one half.
      int exponent = 0;
      std::frexp(x[i], &exponent);
      const int unit = std::max(exponent, -125) - 11;
      const double expected = std::ldexp(std::round(std::ldexp(double{x[i]}, -unit)), unit);
      wrong += !(double{std::bit_cast<float>(y[i])} == expected) || (y[i] & 0x1FFFu);
    }
    CHECK(wrong == 0);
    count_cases(static_cast<long long>(x.size()));
  });
  const float infinity = std::numeric_limits<float>::infinity();
  CHECK(emulator::to_tf32(-infinity) == std::bit_cast<unsigned>(-infinity));
  CHECK(std::isnan(std::bit_cast<float>(emulator::to_tf32(std::nanf("")))));
}

}  // namespace
}  // namespace nanopneumo::test

// Kernels that are wrong.
namespace nanopneumo::emulated {
namespace {

__global__ void product_without_a_lane_kernel() {
  float d[4] = {};
  if (threadIdx.x != 17) multiply_add_bf16(d, {0, 0, 0, 0}, {0, 0});
}

__global__ void misaligned_row_kernel() {
  SHARED_ARRAY(unsigned short, rows, [33][8]);
  for (int i = 0; i < 8; ++i) rows[threadIdx.x][i] = 0;
  __syncthreads();
  unsigned r[4];
  load_matrices(r, &rows[threadIdx.x][threadIdx.x == 9 ? 4 : 0]);
}

__global__ void row_in_global_memory_kernel(const unsigned short (*x)[8]) {
  unsigned r[1];
  load_matrices(r, x[threadIdx.x % 8]);
}

}  // namespace
}  // namespace nanopneumo::emulated

namespace nanopneumo::test {
namespace {

TEST_CASE("The emulation refuses what the tensor cores' instructions do not allow") {
  const auto error_of = [](const auto& kernel, unsigned threads, const auto&... arguments) {
    count_cases();
    return doctest::String(emulator_error([&](Stream& stream) {
                             launch(stream, kernel, 1, threads, 0, arguments...);
                           }).c_str());
  };
  using doctest::Contains;
  using namespace emulated;
  alignas(16) static const unsigned short x[8][8] = {};
  CHECK(error_of(KERNEL(product_without_a_lane_kernel), 32) == Contains("mma.m16n8k16"));
  CHECK(error_of(KERNEL(product_without_a_lane_kernel), 16) == Contains("does not have"));
  CHECK(error_of(KERNEL(misaligned_row_kernel), 32) == Contains("thread (9, 0, 0)"));
  CHECK(error_of(KERNEL(misaligned_row_kernel), 32) == Contains("multiple of 16"));
  CHECK(error_of(KERNEL(row_in_global_memory_kernel), 32, x) == Contains("shared memory"));
}

}  // namespace
}  // namespace nanopneumo::test
