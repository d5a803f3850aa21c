// Batch normalisation with given statistics (Ioffe & Szegedy 2015, algorithm 2), an affine map:
//   y = act((x - mean) / sqrt(variance + epsilon) * gamma + beta)
//   dx = dy * gamma / sqrt(variance + epsilon)
//   dbeta = sum(dy), dgamma = sum(dy * (x - mean)) / sqrt(variance + epsilon)
#include "kernels/cuda/batch_norm.h"
#include "kernels/cuda/epilogue.h"
#include "kernels/cuda/map_rows.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

/// gamma / sqrt(variance + epsilon)
struct Scale {
  double epsilon;
  const float *gamma, *variance;  ///< gamma or null

  __device__ float of(int c) const {
    const double inverse = inverse_deviation(variance[c], epsilon);
    return static_cast<float>(gamma ? inverse * gamma[c] : inverse);
  }
};

struct Normalize {
  struct Constants {
    using Real = float;
    float mean, scale, offset;
  };
  Scale scale;
  const float *mean, *beta;  ///< beta or null
  Activation activation;

  __device__ Constants constants(std::int64_t, int c) const {
    return {mean[c], scale.of(c), beta ? beta[c] : 0.0f};
  }
  // Not x * scale + (offset - mean * scale): around a large mean the two products would cancel.
  __device__ void operator()(const Constants& k, float x, float& y) const {
    y = activate(activation, (x - k.mean) * k.scale + k.offset);
  }
};

struct InputGradient {
  struct Constants {
    using Real = float;
    float scale;
  };
  Scale scale;

  __device__ Constants constants(std::int64_t, int c) const { return {scale.of(c)}; }
  __device__ void operator()(const Constants& k, float dy, float& dx) const { dx = dy * k.scale; }
};

/// sum(dy), sum(dy * (x - mean)) for chunks of rows: one pass over x and dy.
struct RowGradients {
  template <int kVector>
  using State = Sums<float, kVector, 2>;

  const float *x, *dy, *mean;
  ChunkPairs chunks;

  template <int kVector>
  __device__ auto reader(int c) const {
    return [x = x + c, dy = dy + c, C = chunks.C,
            mean = load_pack<kVector>(mean + c)](std::int64_t row) {
      const auto values = load_pack<kVector>(x + row * C),
                 gradients = load_pack<kVector>(dy + row * C);
      State<kVector> state;
      UNROLL
      for (int lane = 0; lane < kVector; ++lane) {
        state.of[0][lane] = gradients.at[lane];
        state.of[1][lane] = gradients.at[lane] * (values.at[lane] - mean.at[lane]);
      }
      return state;
    };
  }
  template <int kVector>
  __device__ void write(std::int64_t chunk, int c, const State<kVector>& sums) const {
    chunks.write(chunk, c, sums.of[0], sums.of[1]);
  }
};

}  // namespace

void batch_norm_parameter_gradients(Stream& stream, const RowsDims& dims, double epsilon,
                                    const float* x, const float* mean, const float* variance,
                                    const float* dy, float* dgamma, float* dbeta) {
  const bool vectors =
      dims.C % kVectorFloats == 0 && is_aligned16(x) && is_aligned16(dy) && is_aligned16(mean);
  with_vector(vectors, [&](auto vector) {
    const RowTiles tiles = row_tiles({1, dims.rows, dims.C}, vector);
    const ChunkPairs chunks(stream, tiles);
    reduce_rows<vector>(stream, "batch_norm_gradient_sums", tiles,
                        RowGradients{x, dy, mean, chunks});
    reduce_rows<1>(stream, "batch_norm_parameter_gradients",
                   narrow_tiles({1, tiles.chunks, dims.C}),
                   ChunkGradients{chunks, epsilon, variance, dgamma, dbeta});
  });
}

void batch_norm_inference(Stream& stream, const RowsDims& dims, double epsilon, const float* x,
                          const float* gamma, const float* beta, const float* mean,
                          const float* variance, Activation activation, float* y) {
  map_rows(stream, "batch_norm_inference", {1, dims.rows, dims.C},
           Normalize{{epsilon, gamma, variance}, mean, beta, activation}, In{x}, Out{y});
}

void batch_norm_inference_gradient(Stream& stream, const RowsDims& dims, double epsilon,
                                   const float* x, const float* gamma, const float* mean,
                                   const float* variance, const float* dy, float* dx, float* dgamma,
                                   float* dbeta) {
  if (dgamma)
    batch_norm_parameter_gradients(stream, dims, epsilon, x, mean, variance, dy, dgamma, dbeta);
  if (dx)
    map_rows(stream, "batch_norm_inference_gradient", {1, dims.rows, dims.C},
             InputGradient{{epsilon, gamma, variance}}, In{dy}, Out{dx});
}

}  // namespace nanopneumo::GPU_NAMESPACE
