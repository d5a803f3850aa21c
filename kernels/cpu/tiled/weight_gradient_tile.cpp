#include "kernels/cpu/tiled/weight_gradient_tile.h"

#include <array>

namespace nanopneumo::cpu::tiled {
namespace {

constexpr int kPixels = 192;

template <int numbers>
void add_numbers(const Band& band, const float* x, const float* dy, const WeightTile& target) {
  using One = std::integral_constant<int, 1>;
  constexpr int kWrite = 1;  // rows of dw lie too far apart for the processor to foresee them
  unrolled<numbers>([&](int i) __attribute__((always_inline)) {
    __builtin_prefetch(target.dw + i * target.K, kWrite);
  });
  Vec sums[numbers][2] = {};
  const Grid& grid = band.grid;
  for (int run = 0; run < grid.runs; ++run, x += grid.run_step, dy += grid.pixels * kPanel)
    add_outer_products(grid.pixels, x, One{}, band.windows.step, dy, sums);
  unrolled<numbers>([&](int i) __attribute__((always_inline)) {
    unrolled<2>([&](int half) __attribute__((always_inline)) {
      const int left = target.filters - half * kLanes;
      if (left <= 0) return;
      float* to = target.dw + i * target.K + half * kLanes;
      if (!target.first) sums[i][half] += load_up_to(to, left);
      store_up_to(to, sums[i][half], left);
    });
  });
}

template <int... i>
constexpr auto table_of(std::integer_sequence<int, i...>) {
  return std::array{&add_numbers<i + 1>...};
}
constexpr auto kAddNumbers = table_of(std::make_integer_sequence<int, kTileRows>{});

}  // namespace

// Pixels whose distance is an even number of cache lines fall into a part of the cache's sets. Where that is so, a band
// is read from a copy with a line more for each.
Bands weight_gradient_bands(const ConvDims& d) {
  constexpr int kCacheLine = 64 / sizeof(float);
  Bands bands(d, d.C, kPixels);
  if (d.window.S == 1 && d.window.stride_w * d.C % (2 * kCacheLine) == 0)
    bands.copy_with(d.C + kCacheLine);
  return bands;
}

void pack_panels(const Band& band, const float* dy, int K, const Range& panels, float* to) {
  constexpr int kAhead = 16;  // pixels lie too far apart for the processor to foresee them
  const std::int64_t pixels = band.grid.all_pixels();
  for (std::int64_t p = panels.begin; p < panels.end; ++p) {
    const int k = static_cast<int>(p) * kPanel, left = std::min(kPanel, K - k);
    const float* from = dy + band.first * K + k;
    for (std::int64_t i = 0; i < pixels; ++i, from += K, to += kPanel) {
      __builtin_prefetch(from + kAhead * K);
      store(to, load_up_to(from, left));
      store(to + kLanes, left > kLanes ? load_up_to(from + kLanes, left - kLanes) : Vec{});
    }
  }
}

void add_pixels(std::int64_t pixels, const float* panel, double* sums) {
  Vec few[2] = {};
  for (std::int64_t i = 0; i < pixels; ++i, panel += kPanel) {
    few[0] += load(panel);
    few[1] += load(panel + kLanes);
  }
  add_up_to(sums, few[0], kLanes);
  add_up_to(sums + kLanes, few[1], kLanes);
}

void add_band(int numbers, const Band& band, const float* x, const float* dy,
              const WeightTile& target) {
  kAddNumbers[static_cast<std::size_t>(numbers - 1)](band, x, dy, target);
}

}  // namespace nanopneumo::cpu::tiled
