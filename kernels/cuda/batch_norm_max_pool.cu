// Batch normalisation in training and max pooling in one (Ioffe & Szegedy 2015, algorithm 1 and section 3):
//   y = max over the window of (x - mean) / sqrt(variance + epsilon) * gamma + beta
//   dx = gamma / sqrt(variance + epsilon) * (g - dbeta / rows - xhat dgamma / rows)
// with g = dy where x is its window's largest and 0 elsewhere, dbeta = sum(g), dgamma = sum(g xhat).
//
// These are the kernels of max pooling (max_pool.h) with the affine map at the place where a pixel is read,
// or where its gradient is written: the normalised image and g, both as large as x, stay in registers. The
// sums over g are taken over dy, with the x of each window's largest: what g adds to dy are zeros. The
// constants of a channel cost a square root in double; a kernel of its own computes them once.
#include "kernels/cuda/batch_norm.h"
#include "kernels/cuda/max_pool.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

constexpr int kConstantsThreads = 128;

RowsDims pixels(const ChannelwiseDims& d) { return {d.input_size() / d.C, d.C}; }

/// y = (x - mean) * scale + offset
struct Affine {
  const float *mean, *scale, *offset;  ///< (C) each

  template <int V>
  struct Of {
    Pack<V> mean, scale, offset;

    __device__ __forceinline__ Pack<V> operator()(const Pack<V>& x) const {
      Pack<V> y;
      UNROLL for (int v = 0; v < V; ++v) y.at[v] =
          (x.at[v] - mean.at[v]) * scale.at[v] + offset.at[v];
      return y;
    }
  };
  template <int V>
  __device__ Of<V> of(int c) const {
    return {load_pack<V>(mean + c), load_pack<V>(scale + c), load_pack<V>(offset + c)};
  }
};

/// dx = scale * (g - constant - (x - mean) * slope), and 0 where x is a ReLU's 0.
struct InputGradient {
  const float *x, *mean, *scale, *constant, *slope;  ///< x as large as dx, the others (C)
  float floor;  ///< 0 after a ReLU, else -infinity: x above it lets the gradient through
  float* dx;

  template <int V>
  struct Of {
    const float* x;
    Pack<V> mean, scale, constant, slope;
    float floor;
    float* dx;

    __device__ __forceinline__ void operator()(std::int64_t index, const Pack<V>& g) const {
      const auto value = load_pack<V>(x + index);
      Pack<V> result;
      UNROLL for (int v = 0; v < V; ++v) {
        const float gradient =
            scale.at[v] * (g.at[v] - constant.at[v] - (value.at[v] - mean.at[v]) * slope.at[v]);
        result.at[v] = value.at[v] > floor ? gradient : 0.0f;
      }
      store_pack(dx + index, result.at);
    }
  };
  template <int V>
  __device__ Of<V> of(int c) const {
    return {x,
            load_pack<V>(mean + c),
            load_pack<V>(scale + c),
            load_pack<V>(constant + c),
            load_pack<V>(slope + c),
            floor,
            dx};
  }
};

/// What both directions need of a channel's parameters.
struct Constants {
  double epsilon, rows;
  const float *gamma, *beta, *variance, *dgamma, *dbeta;  ///< null where there is none or no need
  float *scale, *offset, *constant, *slope;
};

__global__ void __launch_bounds__(kConstantsThreads)
    batch_norm_constants_kernel(int C, Constants k) {
  const auto c = static_cast<int>(thread_number());
  if (c >= C) return;
  const double inverse = inverse_deviation(k.variance[c], k.epsilon);
  k.scale[c] = static_cast<float>(k.gamma ? inverse * k.gamma[c] : inverse);
  if (k.offset) k.offset[c] = k.beta ? k.beta[c] : 0.0f;
  if (k.constant) k.constant[c] = static_cast<float>(k.dbeta[c] / k.rows);
  if (k.slope) k.slope[c] = static_cast<float>(k.dgamma[c] / k.rows * inverse);
}

void compute_constants(Stream& stream, int C, const Constants& constants) {
  launch(stream, KERNEL(batch_norm_constants_kernel), blocks_for(C, kConstantsThreads),
         kConstantsThreads, 0, C, constants);
}

/// sum(dy), sum(dy * (x - mean)) for chunks of outputs, x being the largest of the output's window.
struct RoutedGradients {
  template <int kVector>
  using State = Sums<float, kVector, 2>;

  WindowShape d;
  const float *x, *dy, *mean;
  const std::uint8_t* argmax;
  ChunkPairs chunks;

  template <int kVector>
  __device__ auto reader(int c) const {
    return [*this, c, mean = load_pack<kVector>(mean + c)](std::int64_t output) {
      const std::int64_t row = output / d.Q, n = row / d.P, i = output * d.C + c;
      const auto q = static_cast<int>(output - row * d.Q), p = static_cast<int>(row - n * d.P);
      const auto gradients = load_pack<kVector>(dy + i);
      const auto places = load_bytes<kVector>(argmax + i);
      State<kVector> state;
      UNROLL
      for (int lane = 0; lane < kVector; ++lane) {
        const int r = places.at(lane) / d.S, s = places.at(lane) - r * d.S;
        const float value = x[d.input(static_cast<int>(n), p * d.stride_h + r - d.pad_top,
                                      q * d.stride_w + s - d.pad_left, c + lane)];
        state.of[0][lane] = gradients.at[lane];
        state.of[1][lane] = gradients.at[lane] * (value - mean.at[lane]);
      }
      return state;
    };
  }
  template <int kVector>
  __device__ void write(std::int64_t chunk, int c, const State<kVector>& sums) const {
    chunks.write(chunk, c, sums.of[0], sums.of[1]);
  }
};

void parameter_gradients(Stream& stream, const ChannelwiseDims& dims, double epsilon,
                         const float* x, const float* mean, const float* variance,
                         const std::uint8_t* argmax, const float* dy, float* dgamma, float* dbeta) {
  const bool vectors =
      dims.C % kVectorFloats == 0 && is_aligned16(dy) && is_aligned16(mean) && is_aligned4(argmax);
  with_vector(vectors, [&](auto vector) {
    const RowTiles tiles = row_tiles({1, dims.output_size() / dims.C, dims.C}, vector);
    const ChunkPairs chunks(stream, tiles);
    reduce_rows<vector>(stream, "batch_norm_max_pool_gradient_sums", tiles,
                        RoutedGradients{WindowShape(dims), x, dy, mean, argmax, chunks});
    reduce_rows<1>(stream, "batch_norm_parameter_gradients",
                   narrow_tiles({1, tiles.chunks, dims.C}),
                   ChunkGradients{chunks, epsilon, variance, dgamma, dbeta});
  });
}

}  // namespace

void batch_norm_max_pool(Stream& stream, const ChannelwiseDims& dims, double epsilon,
                         const float* x, const float* gamma, const float* beta, float* y,
                         std::uint8_t* argmax, float* mean, float* variance) {
  batch_norm_statistics(stream, pixels(dims), x, mean, variance);
  const int C = dims.C;
  auto* scale = static_cast<float*>(
      gpu_stream(stream).workspace(sizeof(float) * 2 * static_cast<std::size_t>(C)));
  float* offset = scale + C;
  compute_constants(stream, C,
                    {.epsilon = epsilon,
                     .rows = 0,
                     .gamma = gamma,
                     .beta = beta,
                     .variance = variance,
                     .dgamma = nullptr,
                     .dbeta = nullptr,
                     .scale = scale,
                     .offset = offset,
                     .constant = nullptr,
                     .slope = nullptr});
  launch_max_pool(stream, "batch_norm_max_pool_kernel", dims, is_aligned16(mean), x,
                  Affine{mean, scale, offset}, y, argmax);
}

void batch_norm_max_pool_gradient(Stream& stream, const ChannelwiseDims& dims, double epsilon,
                                  Activation before, const float* x, const float* gamma,
                                  const float* mean, const float* variance,
                                  const std::uint8_t* argmax, const float* dy, float* dx,
                                  float* dgamma, float* dbeta) {
  parameter_gradients(stream, dims, epsilon, x, mean, variance, argmax, dy, dgamma, dbeta);
  const int C = dims.C;
  auto* scale = static_cast<float*>(
      gpu_stream(stream).workspace(sizeof(float) * 3 * static_cast<std::size_t>(C)));
  float *constant = scale + C, *slope = constant + C;
  compute_constants(stream, C,
                    {.epsilon = epsilon,
                     .rows = static_cast<double>(pixels(dims).rows),
                     .gamma = gamma,
                     .beta = nullptr,
                     .variance = variance,
                     .dgamma = dgamma,
                     .dbeta = dbeta,
                     .scale = scale,
                     .offset = nullptr,
                     .constant = constant,
                     .slope = slope});
  launch_max_pool_gradient(stream, "batch_norm_max_pool_gradient_kernel", dims,
                           is_aligned16(x) && is_aligned16(dx) && is_aligned16(mean), argmax, dy,
                           InputGradient{x, mean, scale, constant, slope,
                                         before == Activation::relu ? 0.0f : -INFINITY, dx});
}

}  // namespace nanopneumo::GPU_NAMESPACE
