#include "kernels/cpu/winograd/products.h"

#include <array>
#include <utility>

#include "kernels/cpu/parallel.h"

namespace nanopneumo::cpu::winograd {
namespace {

// Rows of sums that stay in registers, two registers each, beside two of the other operand and a broadcast.
#if defined(__AVX512F__)
constexpr int kRows = 14;
#else
constexpr int kRows = 6;
#endif
constexpr int kChannels = kLanes == 16 ? 8 : 4;  // the same for multiply_transposed: divides kLanes

/// body(0), ..., body(n - 1), written out.
template <int n, class Body>
[[gnu::always_inline]] inline void unrolled(const Body& body) {
  [&]<int... i>(std::integer_sequence<int, i...>) { (body(i), ...); }
  (std::make_integer_sequence<int, n>{});
}

/// sums[r] += a[r * step] * (b[0 .. kPanel)) for `depth` steps along a (by a_step) and b (by kPanel).
template <int rows, int step>
[[gnu::always_inline]] inline void add_outer_products(int depth, const float* a,
                                                      std::int64_t a_step, const float* b,
                                                      Vec (&sums)[rows][2]) {
  for (int i = 0; i < depth; ++i, a += a_step, b += kPanel) {
    const Vec left = load(b), right = load(b + kLanes);
    unrolled<rows>([&](int r) __attribute__((always_inline)) {
      const Vec factor = broadcast(a[r * step]);
      sums[r][0] = fma(factor, left, sums[r][0]);
      sums[r][1] = fma(factor, right, sums[r][1]);
    });
  }
}

template <int rows>
void multiply_rows(int C, const float* v, std::int64_t v_block, const float* u, float* m) {
  Vec sums[rows][2] = {};
  for (int c = 0; c < C; c += kLanes, v += v_block, u += kLanes * kPanel)
    add_outer_products<rows, kLanes>(std::min(kLanes, C - c), v, 1, u, sums);
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
  add_outer_products<channels, 1>(tiles, v, kLanes, m, sums);
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
constexpr auto kMultiplyRows = multiply_rows_table(std::make_integer_sequence<int, kRows>{});
constexpr auto kMultiplyChannels =
    multiply_channels_table(std::make_integer_sequence<int, kChannels>{});

}  // namespace

void multiply(int tiles, int C, const float* v, std::int64_t v_block, const float* u, float* m) {
  const int parts = (tiles + kRows - 1) / kRows;
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
