// What the files of batch normalisation share.
#pragma once

#include <cmath>

#include "kernels/cuda/reduce_rows.h"
#include "kernels/kernels.h"

namespace nanopneumo::GPU_NAMESPACE {

/// 1 / sqrt(variance + epsilon)
__device__ inline double inverse_deviation(double variance, double epsilon) {
  return 1 / sqrt(variance + epsilon);
}

/// What the first level of a reduction leaves for the second: two floats for each chunk of rows and
/// channel, as two (chunks, C) matrices.
struct ChunkPairs {
  /// In the stream's workspace.
  ChunkPairs(Stream& stream, const RowTiles& tiles)
      : C(tiles.C),
        first(static_cast<float*>(gpu_stream(stream).workspace(
            sizeof(float) * 2 * static_cast<std::size_t>(tiles.chunks * C)))),
        second(first + tiles.chunks * C) {}

  int C;
  float *first, *second;

  template <int kVector>
  __device__ void write(std::int64_t chunk, int c, const float (&a)[kVector],
                        const float (&b)[kVector]) const {
    store_pack(first + chunk * C + c, a);
    store_pack(second + chunk * C + c, b);
  }
};

/// The gradients from the chunks' sums, which are added in double.
struct ChunkGradients {
  template <int kVector>
  using State = Sums<double, kVector, 2>;

  ChunkPairs chunks;
  double epsilon;
  const float* variance;
  float *dgamma, *dbeta;

  template <int kVector>
  __device__ auto reader(int c) const {
    return [chunks = chunks, c](std::int64_t chunk) {
      const std::int64_t i = chunk * chunks.C + c;
      return State<1>{{{chunks.first[i]}, {chunks.second[i]}}};
    };
  }
  __device__ void write(std::int64_t, int c, const State<1>& sums) const {
    dbeta[c] = static_cast<float>(sums.of[0][0]);
    dgamma[c] = static_cast<float>(sums.of[1][0] * inverse_deviation(variance[c], epsilon));
  }
};

/// mean = avg(x), variance = avg((x - mean)^2)
void batch_norm_statistics(Stream&, const RowsDims&, const float* x, float* mean, float* variance);

/// dbeta = sum(dy), dgamma = sum(dy * (x - mean)) / sqrt(variance + epsilon)
void batch_norm_parameter_gradients(Stream&, const RowsDims&, double epsilon, const float* x,
                                    const float* mean, const float* variance, const float* dy,
                                    float* dgamma, float* dbeta);

}  // namespace nanopneumo::GPU_NAMESPACE
