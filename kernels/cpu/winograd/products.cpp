#include "kernels/cpu/winograd/products.h"

#include <array>
#include <utility>

#include "kernels/cpu/outer_products.h"
#include "kernels/cpu/parallel.h"

namespace nanopneumo::cpu::winograd {
namespace {

constexpr int kChannels = kLanes == 16 ? 8 : 4;  // the same for multiply_transposed: divides kLanes

using One = std::integral_constant<int, 1>;
using Lanes = std::integral_constant<int, kLanes>;

template <int rows>
void multiply_rows(int C, const float* v, std::int64_t v_block, const float* u, float* m) {
  Vec sums[rows][2] = {};
  for (int c = 0; c < C; c += kLanes, v += v_block, u += kLanes * kPanel)
    add_outer_products(std::min(kLanes, C - c), v, Lanes{}, 1, u, sums);
  unrolled<rows>([&](int r) __attribute__((always_inline)) {
    store(m + r * kPanel, sums[r][0]);
    store(m + r * kPanel + kLanes, sums[r][1]);
  });
}

template <int channels>
void multiply_channels(int tiles, const float* v, const float* m, bool first, float* w) {
  Vec sums[channels][2] = {};
  if (!first)
    unrolled<channels>([&](int c) __attribute__((always_inline)) {
      sums[c][0] = load(w + c * kPanel);
      sums[c][1] = load(w + c * kPanel + kLanes);
    });
  add_outer_products(tiles, v, One{}, kLanes, m, sums);
  unrolled<channels>([&](int c) __attribute__((always_inline)) {
    store(w + c * kPanel, sums[c][0]);
    store(w + c * kPanel + kLanes, sums[c][1]);
  });
}

template <int... i>
constexpr auto multiply_rows_table(std::integer_sequence<int, i...>) {
  return std::array{&multiply_rows<i + 1>...};
}
template <int... i>
constexpr auto multiply_channels_table(std::integer_sequence<int, i...>) {
  return std::array{&multiply_channels<i + 1>...};
}
constexpr auto kMultiplyRows = multiply_rows_table(std::make_integer_sequence<int, kTileRows>{});
constexpr auto kMultiplyChannels =
    multiply_channels_table(std::make_integer_sequence<int, kChannels>{});

}  // namespace

void multiply(int tiles, int C, const float* v, std::int64_t v_block, const float* u, float* m) {
  const int parts = (tiles + kTileRows - 1) / kTileRows;
  for (int part = 0; part < parts; ++part) {
    const Range rows(tiles, part, parts);
    kMultiplyRows[static_cast<std::size_t>(rows.end - rows.begin - 1)](
        C, v + rows.begin * kLanes, v_block, u, m + rows.begin * kPanel);
  }
}

void multiply_transposed(int tiles, int C, const float* v, std::int64_t v_block, const float* m,
                         bool first, float* w) {
  for (int c = 0; c < C; c += kChannels)
    kMultiplyChannels[static_cast<std::size_t>(std::min(kChannels, C - c) - 1)](
        tiles, v + c / kLanes * v_block + c % kLanes, m, first, w + std::int64_t{c} * kPanel);
}

}  // namespace nanopneumo::cpu::winograd
