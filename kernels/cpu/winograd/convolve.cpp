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

TileRange whole(std::int64_t first, std::int64_t end, int tiles) {
  return {first, 0, static_cast<int>(std::min<std::int64_t>(tiles, end - first))};
}

void convolve_own_tiles(const Convolution& job, const Range& own, float* memory) {
  const PatchLayout patches = job.schedule.patches(job.C);
  const FilterLayout filters{job.C, job.output.K};
  float* v = memory;
  float* m = memory + patches.size();
  for (std::int64_t first = own.begin; first < own.end; first += job.schedule.tiles) {
    const TileRange range = whole(first, own.end, job.schedule.tiles);
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
}

void convolve_together(const Convolution& job, int thread, int threads, float* memory) {
  const PatchLayout patches = job.schedule.patches(job.C);
  const ProductLayout products = job.schedule.products();
  const FilterLayout filters{job.C, job.output.K};
  float* v = memory;
  float* m = memory + patches.size();
  const std::int64_t count = job.tiling.count();
  for (std::int64_t first = 0; first < count; first += job.schedule.tiles) {
    const TileRange range = whole(first, count, job.schedule.tiles);
    const Range part(range.end, thread, threads);
    const TileRange own{first, static_cast<int>(part.begin), static_cast<int>(part.end)};
    transform_patches(job.tiling, own, job.x, patches, v);
#pragma omp barrier
    const Range items(std::int64_t{kPositions} * products.panels, thread, threads);
    for (std::int64_t item = items.begin; item < items.end; ++item) {
      const std::int64_t position = item / products.panels, panel = item % products.panels;
      multiply(range.end, job.C, v + position * patches.plane(), patches.block(),
               job.u + panel * filters.panel() + position * filters.position(),
               m + position * products.plane() + panel * products.panel());
    }
#pragma omp barrier
    transform_products(job.tiling, own, products, m, 0, job.output);
  }
}

}  // namespace

void convolve(int threads, const Tiling& tiling, const Schedule& schedule, int C, ConstRows x,
              const float* u, const Output& output, float* workspace) {
  const Convolution job{tiling, schedule, C, x, u, output};
#pragma omp parallel num_threads(threads)
  {
    const int thread = omp_get_thread_num();
    if (schedule.shares_positions)
      convolve_together(job, thread, threads, workspace);
    else
      convolve_own_tiles(job, Range(tiling.count(), thread, threads),
                         workspace + schedule.workspace(C, 1) * thread);
  }
}

}  // namespace nanopneumo::cpu::winograd
