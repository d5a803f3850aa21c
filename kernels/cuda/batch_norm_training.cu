// Batch normalisation with the statistics of the batch (Ioffe & Szegedy 2015, algorithm 1):
//   mean = avg(x), variance = avg((x - mean)^2), y = (x - mean) / sqrt(variance + epsilon) * gamma
//   + beta
// and its gradient (section 3), with xhat = (x - mean) / sqrt(variance + epsilon):
//   dbeta = sum(dy), dgamma = sum(dy xhat)
//   dx = gamma / sqrt(variance + epsilon) * (dy - dbeta / rows - xhat dgamma / rows)
//
// Both read x twice and write once: once for the sums over all rows, once for the map. The traffic is
// the cost, so the arithmetic of the first pass may be careful, as long as it is float32, of which a GPU
// has plenty; double, which some GPUs do at 1/64 of the speed, comes in only where a chunk of rows has
// become two numbers.
//
// avg(x^2) - avg(x)^2 in float32 loses everything where |mean| is a few thousand deviations. Sums of
// x - x[0], which the CPU forms in double, would still suffer in float32 where x[0] is an outlier of
// their channel. So each thread keeps the moments (count, mean, m2) of x - x[0] and merges them by the
// formula of Chan, Golub & LeVeque ("Updating formulae and a pairwise algorithm for computing sample
// variances", 1979), in which nothing large cancels:
//   - a large mean leaves with x[0], and x - x[0] is exact for numbers of one size;
//   - where x[0] is an outlier, k deviations from the mean, the rounding of x - x[0] costs k 6e-8
//     deviations, not k^2; and k is at most sqrt(rows), because x[0] is a part of the variance.
#include "kernels/cuda/batch_norm.h"
#include "kernels/cuda/map_rows.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

/// Of the numbers d of kVector channels: how many, their mean, and m2 = sum((d - mean)^2).
template <int kVector>
struct Moments {
  using Real = float;
  float count, mean[kVector], m2[kVector];

  __device__ static Moments empty() { return {}; }
  /// Chan, Golub & LeVeque (1979), equations 2.1; for one number it is Welford's update.
  __device__ void merge(const Moments& b) {
    if (b.count == 0) return;
    const float total = count + b.count, share = b.count / total, weight = share * count;
    UNROLL
    for (int lane = 0; lane < kVector; ++lane) {
      const float delta = b.mean[lane] - mean[lane];
      mean[lane] += delta * share;
      m2[lane] += b.m2[lane] + delta * delta * weight;
    }
    count = total;
  }
};

/// The moments of x - x[0] for chunks of rows.
struct RowMoments {
  template <int kVector>
  using State = Moments<kVector>;

  const float* x;
  ChunkPairs chunks;  ///< mean, m2

  template <int kVector>
  __device__ auto reader(int c) const {
    return [x = x + c, C = chunks.C, first = load_pack<kVector>(x + c)](std::int64_t row) {
      const auto values = load_pack<kVector>(x + row * C);
      State<kVector> state = State<kVector>::empty();
      state.count = 1;
      UNROLL
      for (int lane = 0; lane < kVector; ++lane)
        state.mean[lane] = values.at[lane] - first.at[lane];
      return state;
    };
  }
  template <int kVector>
  __device__ void write(std::int64_t chunk, int c, const State<kVector>& moments) const {
    chunks.write(chunk, c, moments.mean, moments.m2);
  }
};

/// Mean and variance from the chunks' moments. In double plain sums will do,
///   sum(d) = sum_i n_i mean_i, sum(d^2) = sum_i m2_i + n_i mean_i^2 over the chunks i,
/// since k^2 <= rows loses less than float32 can hold.
struct ChunkMoments {
  template <int kVector>
  using State = Sums<double, kVector, 2>;

  ChunkPairs chunks;
  std::int64_t rows, chunk_rows;
  const float* x;
  float *mean, *variance;

  template <int kVector>
  __device__ auto reader(int c) const {
    return [*this, c](std::int64_t chunk) {
      const std::int64_t i = chunk * chunks.C + c;
      const auto count = static_cast<double>(std::min(chunk_rows, rows - chunk * chunk_rows));
      const double chunk_mean = chunks.first[i], sum = count * chunk_mean;
      return State<1>{{{sum}, {chunks.second[i] + sum * chunk_mean}}};
    };
  }
  __device__ void write(std::int64_t, int c, const State<1>& sums) const {
    const auto n = static_cast<double>(rows);
    const double shifted_mean = sums.of[0][0] / n;
    const double difference = sums.of[1][0] / n - shifted_mean * shifted_mean;
    mean[c] = static_cast<float>(double{x[c]} + shifted_mean);
    variance[c] = static_cast<float>(difference < 0 ? 0 : difference);
  }
};

/// dx = scale * (dy - constant - (x - mean) * slope)
struct TrainingInputGradient {
  struct Constants {
    using Real = float;
    float mean, scale, constant, slope;
  };
  double epsilon, rows;
  const float *gamma, *mean, *variance, *dgamma, *dbeta;  ///< gamma or null

  __device__ Constants constants(std::int64_t, int c) const {
    const double inverse = inverse_deviation(variance[c], epsilon);
    return {mean[c], static_cast<float>(gamma ? inverse * gamma[c] : inverse),
            static_cast<float>(dbeta[c] / rows), static_cast<float>(dgamma[c] / rows * inverse)};
  }
  __device__ void operator()(const Constants& k, float x, float dy, float& dx) const {
    dx = k.scale * (dy - k.constant - (x - k.mean) * k.slope);
  }
};

}  // namespace

void batch_norm_statistics(Stream& stream, const RowsDims& dims, const float* x, float* mean,
                           float* variance) {
  with_vector(dims.C % kVectorFloats == 0 && is_aligned16(x), [&](auto vector) {
    const RowTiles tiles = row_tiles({1, dims.rows, dims.C}, vector);
    const ChunkPairs chunks(stream, tiles);
    reduce_rows<vector>(stream, "batch_norm_moments", tiles, RowMoments{x, chunks});
    reduce_rows<1>(stream, "batch_norm_statistics", narrow_tiles({1, tiles.chunks, dims.C}),
                   ChunkMoments{chunks, dims.rows, tiles.chunk_rows, x, mean, variance});
  });
}

void batch_norm_training(Stream& stream, const RowsDims& dims, double epsilon, const float* x,
                         const float* gamma, const float* beta, float* y, float* mean,
                         float* variance) {
  batch_norm_statistics(stream, dims, x, mean, variance);
  batch_norm_inference(stream, dims, epsilon, x, gamma, beta, mean, variance, Activation::none, y);
}

void batch_norm_training_gradient(Stream& stream, const RowsDims& dims, double epsilon,
                                  const float* x, const float* gamma, const float* mean,
                                  const float* variance, const float* dy, float* dx, float* dgamma,
                                  float* dbeta) {
  batch_norm_parameter_gradients(stream, dims, epsilon, x, mean, variance, dy, dgamma, dbeta);
  map_rows(stream, "batch_norm_training_gradient", {1, dims.rows, dims.C},
           TrainingInputGradient{epsilon, static_cast<double>(dims.rows), gamma, mean, variance,
                                 dgamma, dbeta},
           In{x}, In{dy}, Out{dx});
}

}  // namespace nanopneumo::GPU_NAMESPACE
