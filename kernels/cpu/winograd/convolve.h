// The three stages, shared among threads.
#pragma once

#include "kernels/cpu/winograd/stages.h"
#include "kernels/stream.h"

namespace nanopneumo::cpu::winograd {

/// How many tiles are transformed before they are multiplied, and how the threads share the work.
///  - Each thread goes through tiles of its own (`shares_positions` false): what it transforms stays in its
///    second-level cache, and it reads all filters once a chunk. For filters that are small.
///  - The threads work on one chunk together: each transforms a part of its tiles and multiplies some of the
///    36 positions, so that each filter is read by one thread once a chunk. For filters that are large.
struct Schedule {
  bool shares_positions;
  int tiles;   ///< of a chunk
  int panels;  ///< of output channels multiplied before the output transform

  PatchLayout patches(int C) const { return {C, tiles}; }
  ProductLayout products() const { return {panels, tiles}; }
  /// Floats of scratch memory for all threads.
  std::int64_t workspace(int C, int threads) const {
    return (patches(C).size() + products().size()) * (shares_positions ? 1 : threads);
  }
};

/// The schedule for C input and K output channels, by rules fitted to measurements (docs/winograd.md).
Schedule choose_schedule(const Tiling&, int C, int K, int threads);

/// The same for the weight gradient, whose sums over tiles are as large as the filters. Where each thread has
/// tiles of its own it also has sums of its own.
struct WeightGradientSchedule {
  bool shares_positions;
  int tiles;
};
WeightGradientSchedule choose_weight_gradient_schedule(const Tiling&, int C, int K, int threads);

/// Kernels::conv_weight_gradient with a given schedule; db may be null.
void weight_gradient(Stream&, const ConvDims&, const WeightGradientSchedule&, const float* x,
                     const float* dy, float* dw, float* db);

/// y = conv(x, filters) as `output` says; u: FilterLayout{C, output.K}.
void convolve(int threads, const Tiling&, const Schedule&, int C, ConstRows x, const float* u,
              const Output&, float* workspace);

}  // namespace nanopneumo::cpu::winograd
