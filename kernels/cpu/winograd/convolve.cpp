#include "kernels/cpu/winograd/convolve.h"

#include "kernels/cpu/parallel.h"
#include "kernels/cpu/winograd/products.h"

namespace nanopneumo::cpu::winograd {
namespace {

struct Convolution {
  Tiling tiling;
  Schedule schedule;
  int C;
  ConstRows x;
  const float* u;
  Output output;
};

/// Some tiles from the patches to the outputs, in memory of the thread's own.
void convolve_tiles(const Convolution& job, const TileRange& range, float* memory) {
  const PatchLayout patches = job.schedule.patches(job.C);
  const FilterLayout filters{job.C, job.output.K};
  float* v = memory;
  float* m = memory + patches.size();
  transform_patches(job.tiling, range, job.x, patches, v);
  for (int panel = 0; panel < panels(job.output.K); panel += job.schedule.panels) {
    ProductLayout products = job.schedule.products();
    products.panels = std::min(products.panels, panels(job.output.K) - panel);
    for (int p = 0; p < products.panels; ++p)
      for (int position = 0; position < kPositions; ++position)
        multiply(range.end, job.C, v + position * patches.plane(), patches.block(),
                 job.u + (panel + p) * filters.panel() + position * filters.position(),
                 m + position * products.plane() + p * products.panel());
    transform_products(job.tiling, range, products, m, panel, job.output);
  }
}

/// All threads together, a chunk of tiles and a stage at a time.
void convolve_together(int threads, const Convolution& job, float* memory) {
  constexpr int kTiles = 8;
  const PatchLayout patches = job.schedule.patches(job.C);
  const ProductLayout products = job.schedule.products();
  const FilterLayout filters{job.C, job.output.K};
  float* v = memory;
  float* m = memory + patches.size();
  const std::int64_t count = job.tiling.count();
  for (std::int64_t first = 0; first < count; first += job.schedule.tiles) {
    const auto tiles = static_cast<int>(std::min<std::int64_t>(job.schedule.tiles, count - first));
    const auto part = [first](const Range& piece) {
      return TileRange{first, static_cast<int>(piece.begin), static_cast<int>(piece.end)};
    };
    parallel_pieces(threads, tiles, kTiles, [&](const Range& piece, int) {
      transform_patches(job.tiling, part(piece), job.x, patches, v);
    });
    parallel_pieces(threads, kPositions * products.panels, 1, [&](const Range& item, int) {
      const std::int64_t position = item.begin / products.panels,
                         panel = item.begin % products.panels;
      multiply(tiles, job.C, v + position * patches.plane(), patches.block(),
               job.u + panel * filters.panel() + position * filters.position(),
               m + position * products.plane() + panel * products.panel());
    });
    parallel_pieces(threads, tiles, kTiles, [&](const Range& piece, int) {
      transform_products(job.tiling, part(piece), products, m, 0, job.output);
    });
  }
}

}  // namespace

void convolve(int threads, const Tiling& tiling, const Schedule& schedule, int C, ConstRows x,
              const float* u, const Output& output, float* workspace) {
  const Convolution job{tiling, schedule, C, x, u, output};
  if (schedule.shares_positions) return convolve_together(threads, job, workspace);
  parallel_pieces(threads, tiling.count(), schedule.tiles, [&](const Range& piece, int thread) {
    convolve_tiles(job, {piece.begin, 0, static_cast<int>(piece.end - piece.begin)},
                   workspace + schedule.workspace(C, 1) * thread);
  });
}

}  // namespace nanopneumo::cpu::winograd
