// dw = G^T [sum over all tiles of (B^T x B) . (A dy A^T)] G: the transpose of the forward pass with respect to
// its filters. For each of the 36 positions the sum over tiles is a matrix product.
#include "kernels/cpu/openmp_threads.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/winograd/convolve.h"
#include "kernels/cpu/winograd/filters.h"
#include "kernels/cpu/winograd/products.h"
#include "kernels/cpu/winograd/winograd.h"

namespace nanopneumo::cpu::winograd {
namespace {

struct WeightGradient {
  Tiling tiling;
  int C, K;
  WeightGradientSchedule schedule;
  ConstRows x, dy;

  PatchLayout patches() const { return {C, schedule.tiles}; }
  ProductLayout gradients() const { return {panels(K), schedule.tiles}; }
  FilterLayout filters() const { return {C, K}; }
  std::int64_t scratch() const { return patches().size() + gradients().size(); }
  std::int64_t items() const { return std::int64_t{kPositions} * panels(K); }
  TileRange chunk(std::int64_t first, std::int64_t end) const {
    return {first, 0, static_cast<int>(std::min<std::int64_t>(schedule.tiles, end - first))};
  }
};

/// Transformed tiles of a chunk, and the sum of their products so far.
struct Memory {
  float *v, *m, *u;
};

void transform_both(const WeightGradient& job, const TileRange& range, const Memory& memory,
                    double* db) {
  transform_patches(job.tiling, range, job.x, job.patches(), memory.v);
  transform_output_gradients(job.tiling, range, job.dy, job.K, job.gradients(), memory.m, db);
}

/// Adds `tiles` tiles to some items of the sum; an item is a panel of a position.
void add_products(const WeightGradient& job, const Range& items, int tiles, bool first,
                  const Memory& memory) {
  const PatchLayout patches = job.patches();
  const ProductLayout gradients = job.gradients();
  const FilterLayout filters = job.filters();
  for (std::int64_t item = items.begin; item < items.end; ++item) {
    const std::int64_t position = item / gradients.panels, panel = item % gradients.panels;
    multiply_transposed(tiles, job.C, memory.v + position * patches.plane(), patches.block(),
                        memory.m + position * gradients.plane() + panel * gradients.panel(), first,
                        memory.u + panel * filters.panel() + position * filters.position());
  }
}

void add_own_tiles(const WeightGradient& job, const Range& own, const Memory& memory, double* db) {
  std::int64_t first = own.begin;
  do {  // a thread without tiles writes zeros
    const TileRange range = job.chunk(first, own.end);
    transform_both(job, range, memory, db);
    add_products(job, Range(job.items(), 0, 1), range.end, first == own.begin, memory);
    first += job.schedule.tiles;
  } while (first < own.end);
}

void add_together(const WeightGradient& job, int thread, int threads, const Memory& memory,
                  double* db) {
  const std::int64_t count = job.tiling.count();
  for (std::int64_t first = 0; first < count; first += job.schedule.tiles) {
    const TileRange range = job.chunk(first, count);
    const Range part(range.end, thread, threads);
    transform_both(job, {first, static_cast<int>(part.begin), static_cast<int>(part.end)}, memory,
                   db);
#pragma omp barrier
    add_products(job, Range(job.items(), thread, threads), range.end, first == 0, memory);
#pragma omp barrier
  }
}

}  // namespace

void weight_gradient(Stream& stream, const ConvDims& d, const WeightGradientSchedule& schedule,
                     const float* x, const float* dy, float* dw, float* db) {
  const int threads = cpu_stream(stream).threads();
  const WeightGradient job{forward_tiling(d), d.C, d.K, schedule, {x, d.C}, {dy, d.K}};
  const int parts = schedule.shares_positions ? 1 : threads;
  const std::int64_t sums = panels(d.K) * kPanel, filters = job.filters().size();
  auto* memory = static_cast<double*>(cpu_stream(stream).workspace(
      static_cast<std::size_t>(threads * sums) * sizeof(double) +
      static_cast<std::size_t>(parts * (job.scratch() + filters)) * sizeof(float)));
  float* u = reinterpret_cast<float*>(memory + threads * sums);
  float* scratch = u + parts * filters;
  use_threads(threads);  // each has its part
#pragma omp parallel num_threads(threads)
  {
    const int thread = omp_get_thread_num(), part = parts == 1 ? 0 : thread;
    double* own_sums = memory + thread * sums;
    std::fill_n(own_sums, sums, 0.0);
    float* v = scratch + part * job.scratch();
    const Memory own{v, v + job.patches().size(), u + part * filters};
    if (schedule.shares_positions)
      add_together(job, thread, threads, own, own_sums);
    else
      add_own_tiles(job, Range(job.tiling.count(), thread, threads), own, own_sums);
  }
  transform_filter_gradients(stream, d.C, d.K, parts, u, dw);
  if (!db) return;
  for (int k = 0; k < d.K; ++k) {
    double sum = 0;
    for (int thread = 0; thread < threads; ++thread) sum += memory[thread * sums + k];
    db[k] = static_cast<float>(sum);
  }
}

void weight_gradient(Stream& stream, const ConvDims& d, const float* x, const float* dy, float* dw,
                     float* db) {
  const WeightGradientSchedule schedule =
      choose_weight_gradient_schedule(forward_tiling(d), d.C, d.K, cpu_stream(stream).threads());
  weight_gradient(stream, d, schedule, x, dy, dw, db);
}

}  // namespace nanopneumo::cpu::winograd
