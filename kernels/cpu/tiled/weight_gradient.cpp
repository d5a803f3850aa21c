#include "kernels/cpu/tiled/weight_gradient.h"

#include <array>
#include <numeric>

#include "kernels/cpu/openmp_threads.h"
#include "kernels/cpu/outer_products.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/tiled/bands.h"

namespace nanopneumo::cpu::tiled {
namespace {

/// Pixels of a band: a tile's numbers of x and its part of dy, a cache line for each pixel, then stay in the
/// first-level cache.
constexpr int kPixels = 192;
/// Panels of dy that are packed together, and tiles along the windows' rows that are multiplied with each of them in
/// turn: both stay in the second-level cache.
constexpr std::int64_t kPanels = 8, kTiles = 28;

/// Pixels whose distance is an even number of cache lines fall into a part of the cache's sets. Where that is so, a band
/// is read from a copy with a line more for each.
Bands bands_of(const ConvDims& d) {
  constexpr int kCacheLine = 64 / sizeof(float);
  Bands bands(d, d.C, kPixels);
  if (d.window.S == 1 && d.window.stride_w * d.C % (2 * kCacheLine) == 0)
    bands.copy_with(d.C + kCacheLine);
  return bands;
}

/// A band of dy, a panel of K after the other, zero beyond K.
void pack_panels(const Band& band, const float* dy, int K, const Range& panels, float* to) {
  constexpr int kAhead = 16;  // pixels lie too far apart for the processor to foresee them
  const std::int64_t pixels = band.runs * band.pixels;
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

/// A tile of dw: some numbers of the window's row, for one panel of filters.
struct Target {
  float* dw;  ///< (numbers, K), from the panel's first filter on
  std::int64_t K;
  int filters;  ///< of the panel
  bool first;   ///< whether this is the first band
};

/// Adds the products of a band. x: the first number of the first pixel's window; dy: the packed panel.
template <int numbers>
void add_band(const Band& band, const float* x, const float* dy, const Target& target) {
  using One = std::integral_constant<int, 1>;
  constexpr int kWrite = 1;  // rows of dw lie too far apart for the processor to foresee them
  unrolled<numbers>([&](int i) __attribute__((always_inline)) {
    __builtin_prefetch(target.dw + i * target.K, kWrite);
  });
  Vec sums[numbers][2] = {};
  for (int run = 0; run < band.runs; ++run, x += band.run_step, dy += band.pixels * kPanel)
    add_outer_products(band.pixels, x, One{}, band.windows.step, dy, sums);
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
constexpr auto add_band_table(std::integer_sequence<int, i...>) {
  return std::array{&add_band<i + 1>...};
}
constexpr auto kAddBand = add_band_table(std::make_integer_sequence<int, kTileRows>{});

/// dw cut into items: for each part of the tiles along the rows of all windows the panels of K. There are as many
/// parts as give each thread the same number of items, if there are tiles enough.
class Items {
 public:
  Items(const ConvDims& d, int threads)
      : row_(std::int64_t{d.window.S} * d.C),
        tiles_of_row_((row_ + kTileRows - 1) / kTileRows),
        panels_(panels(d.K)),
        parts_(std::min(d.window.R * tiles_of_row_, threads / std::gcd(panels_, threads))),
        R_(d.window.R) {}

  std::int64_t count() const { return parts_ * panels_; }

  /// Calls body(tiles, panels) for the parts of which `own` has items.
  template <class Body>
  void for_each_part(const Range& own, const Body& body) const {
    for (std::int64_t item = own.begin; item < own.end;) {
      const std::int64_t part = item / panels_, end = std::min(own.end, (part + 1) * panels_);
      Range own_panels = own;
      own_panels.begin = item - part * panels_;
      own_panels.end = end - part * panels_;
      body(Range(R_ * tiles_of_row_, static_cast<int>(part), static_cast<int>(parts_)), own_panels);
      item = end;
    }
  }
  /// The row of the window in which tile number `tile` lies, and its numbers.
  std::int64_t row_of(std::int64_t tile) const { return tile / tiles_of_row_; }
  Range numbers_of(std::int64_t tile) const {
    return Range(row_, static_cast<int>(tile % tiles_of_row_), static_cast<int>(tiles_of_row_));
  }
  std::int64_t numbers_of_row() const { return row_; }

 private:
  std::int64_t row_, tiles_of_row_, panels_, parts_, R_;
};

struct WeightGradient {
  ConvDims d;
  const float *x, *dy;
  float* dw;
  Bands bands;
  Items items;

  std::int64_t floats_of_a_thread() const {
    return bands.floats() + bands.most_pixels() * kPanels * kPanel;
  }

  void add_tiles(const Band& band, const Range& tiles, int k, const float* panel) const {
    for (std::int64_t tile = tiles.begin; tile < tiles.end; ++tile) {
      const std::int64_t r = items.row_of(tile);
      const Range numbers = items.numbers_of(tile);
      kAddBand[static_cast<std::size_t>(numbers.end - numbers.begin - 1)](
          band, band.windows.data + r * band.windows.row + numbers.begin, panel,
          {dw + (r * items.numbers_of_row() + numbers.begin) * d.K + k, d.K,
           std::min(kPanel, d.K - k), band.first == 0});
    }
  }

  void add(const Band& band, const Range& tiles, const Range& group, float* packed) const {
    pack_panels(band, dy, d.K, group, packed);
    const std::int64_t panel_size = band.runs * band.pixels * kPanel,
                       count = tiles.end - tiles.begin;
    const int parts = static_cast<int>((count + kTiles - 1) / kTiles);
    for (int part = 0; part < parts; ++part)
      for (std::int64_t p = group.begin; p < group.end; ++p)
        add_tiles(band, tiles.part(part, parts), static_cast<int>(p) * kPanel,
                  packed + (p - group.begin) * panel_size);
  }

  void sum(const Range& own, float* memory) const {
    if (own.begin == own.end) return;
    float* packed = memory + bands.floats();
    for (std::int64_t row = 0; row < bands.rows();) {
      const Band band = bands.take(x, row, bands.rows(), memory);
      items.for_each_part(own, [&](const Range& tiles, const Range& own_panels) {
        const std::int64_t count = own_panels.end - own_panels.begin;
        const int groups = static_cast<int>((count + kPanels - 1) / kPanels);
        for (int group = 0; group < groups; ++group)
          add(band, tiles, own_panels.part(group, groups), packed);
      });
    }
  }
};

}  // namespace

void weight_gradient(Stream& stream, const ConvDims& d, const float* x, const float* dy,
                     float* dw) {
  const int threads = cpu_stream(stream).threads();
  const WeightGradient job{d, x, dy, dw, bands_of(d), Items(d, threads)};
  const std::int64_t floats = job.floats_of_a_thread();
  auto* memory = static_cast<float*>(
      cpu_stream(stream).workspace(static_cast<std::size_t>(threads * floats) * sizeof(float)));
  use_threads(threads);  // each has its part of dw
#pragma omp parallel num_threads(threads)
  {
    const int thread = omp_get_thread_num();
    job.sum(Range(job.items.count(), thread, threads), memory + thread * floats);
  }
}

}  // namespace nanopneumo::cpu::tiled
