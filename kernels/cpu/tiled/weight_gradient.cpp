#include "kernels/cpu/tiled/weight_gradient.h"

#include <algorithm>
#include <numeric>

#include "kernels/cpu/openmp_threads.h"
#include "kernels/cpu/tiled/weight_gradient_tile.h"

namespace nanopneumo::cpu::tiled {
namespace {

/// Panels of dy that are packed together, and tiles along the windows' rows that are multiplied with each of them in
/// turn: both stay in the second-level cache.
constexpr std::int64_t kPanels = 8, kTiles = 28;

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
  double* db;  ///< zeros to begin with, one for each of the panels' filters
  Bands bands;
  Items items;

  std::int64_t floats_of_a_thread() const {
    return bands.copy_size() + bands.most_pixels() * kPanels * kPanel;
  }

  void add_tiles(const Band& band, const Range& tiles, int k, const float* panel) const {
    for (std::int64_t tile = tiles.begin; tile < tiles.end; ++tile) {
      const std::int64_t r = items.row_of(tile);
      const Range numbers = items.numbers_of(tile);
      add_band(static_cast<int>(numbers.end - numbers.begin), band,
               band.windows.data + r * band.windows.row + numbers.begin, panel,
               {dw + (r * items.numbers_of_row() + numbers.begin) * d.K + k, d.K,
                std::min(kPanel, d.K - k), band.first == 0});
    }
  }

  void add(const Band& band, const Range& tiles, const Range& group, float* packed) const {
    pack_panels(band, dy, d.K, group, packed);
    const std::int64_t pixels = band.grid.all_pixels(), panel_size = pixels * kPanel,
                       count = tiles.end - tiles.begin;
    if (tiles.begin == 0)  // so each panel is added once
      for (std::int64_t p = group.begin; p < group.end; ++p)
        add_pixels(pixels, packed + (p - group.begin) * panel_size, db + p * kPanel);
    const int parts = static_cast<int>((count + kTiles - 1) / kTiles);
    for (int part = 0; part < parts; ++part)
      for (std::int64_t p = group.begin; p < group.end; ++p)
        add_tiles(band, tiles.part(part, parts), static_cast<int>(p) * kPanel,
                  packed + (p - group.begin) * panel_size);
  }

  void sum(const Range& own, float* memory) const {
    if (own.begin == own.end) return;
    float* packed = memory + bands.copy_size();
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

void weight_gradient(Stream& stream, const ConvDims& d, const float* x, const float* dy, float* dw,
                     float* db) {
  const int threads = cpu_stream(stream).threads();
  WeightGradient job{d, x, dy, dw, nullptr, weight_gradient_bands(d), Items(d, threads)};
  const std::int64_t floats = job.floats_of_a_thread(), filters = panels(d.K) * kPanel;
  job.db = static_cast<double*>(
      cpu_stream(stream).workspace(static_cast<std::size_t>(filters) * sizeof(double) +
                                   static_cast<std::size_t>(threads * floats) * sizeof(float)));
  auto* memory = reinterpret_cast<float*>(job.db + filters);
  std::fill_n(job.db, filters, 0.0);
  use_threads(threads);  // each has its part of dw
#pragma omp parallel num_threads(threads)
  {
    const int thread = omp_get_thread_num();
    job.sum(Range(job.items.count(), thread, threads), memory + thread * floats);
  }
  if (db)
    std::transform(job.db, job.db + d.K, db, [](double sum) { return static_cast<float>(sum); });
}

}  // namespace nanopneumo::cpu::tiled
