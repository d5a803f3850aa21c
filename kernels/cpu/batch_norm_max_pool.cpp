// Batch normalisation in training and max pooling in one (Ioffe & Szegedy 2015, algorithm 1 and section 3):
//   y = max over the window of (x - mean) / sqrt(variance + epsilon) * gamma + beta
//   dx = gamma / sqrt(variance + epsilon) * (g - dbeta / rows - xhat dgamma / rows)
// with g = dy where x is its window's largest and 0 elsewhere, dbeta = sum(g), dgamma = sum(g xhat).
//
// In a network that works on large images the passes through memory are what these layers cost. Apart, they
// write and read again the normalised image in one direction and g in the other, each as large as x. Here a
// row of them at a time lives in the cache.
#include <vector>

#include "kernels/cpu/batch_norm.h"
#include "kernels/cpu/channel_sums.h"
#include "kernels/cpu/max_pool.h"
#include "kernels/cpu/ops.h"

namespace nanopneumo::cpu {
namespace {

RowsDims pixels(const ChannelwiseDims& d) { return {d.input_size() / d.C, d.C}; }

/// Calls body(nh, g) for each of the N * H rows in `rows`, with that row of g.
template <class Body>
void for_each_gradient_row(const ChannelwiseDims& d, const Range& rows, const std::uint8_t* argmax,
                           const float* dy, Body body) {
  std::vector<float> g(static_cast<std::size_t>(d.W) * static_cast<std::size_t>(d.C));
  for (std::int64_t nh = rows.begin; nh < rows.end; ++nh) {
    max_pool_gradient_row(d, argmax, dy, nh, g.data());
    body(nh, static_cast<const float*>(g.data()));
  }
}

void parameter_gradients(Stream& stream, const ChannelwiseDims& d, double epsilon, const float* x,
                         const float* mean, const float* variance, const std::uint8_t* argmax,
                         const float* dy, float* dgamma, float* dbeta) {
  const int C = d.C, W = d.W;
  const ChannelSums sums = sums_of_parts(
      stream, std::int64_t{d.N} * d.H, C, [=](const Range& rows, const ChannelSums& own) {
        for_each_gradient_row(d, rows, argmax, dy, [=](std::int64_t nh, const float* g) {
          const float* row = x + nh * W * C;
          add_rows(
              Range(W, 0, 1), C,
              [=](std::int64_t i, int c) {
                return Terms{double{g[i]}, double{g[i]} * (double{row[i]} - double{mean[c]})};
              },
              own);
        });
      });
  for (int c = 0; c < C; ++c) {
    dbeta[c] = static_cast<float>(sums.first[c]);
    dgamma[c] = static_cast<float>(sums.second[c] * inverse_deviation(variance[c], epsilon));
  }
}

}  // namespace

void batch_norm_max_pool(Stream& stream, const ChannelwiseDims& d, double epsilon, const float* x,
                         const float* gamma, const float* beta, float* y, std::uint8_t* argmax,
                         float* mean, float* variance) {
  batch_norm_statistics(stream, pixels(d), x, mean, variance);
  const Axis rows = row_axis(d), columns = column_axis(d);
  const int C = d.C, P = d.P(), Q = d.Q(), S = d.window.S;
  auto* scale = static_cast<float*>(cpu_stream(stream).workspace(sizeof(float) * 2 * C));
  float* offset = scale + C;
  for (int c = 0; c < C; ++c) {
    const double inverse = inverse_deviation(variance[c], epsilon);
    scale[c] = static_cast<float>(gamma ? inverse * gamma[c] : inverse);
    offset[c] = beta ? beta[c] : 0.0f;
  }
  parallel_for(stream, std::int64_t{d.N} * P, [=](std::int64_t np) {
    const int p = static_cast<int>(np % P);
    const Span r_inside = rows.places_inside(p);
    const float* image = x + np / P * d.H * d.W * C;
    for (int q = 0; q < Q; ++q) {
      const Span s_inside = columns.places_inside(q);
      for (int b = 0; b < channel_blocks(C); ++b) {
        const ChannelBlock block(b, C);
        Largest largest(r_inside.first * S + s_inside.first);
        for (int r = r_inside.first; r < r_inside.last; ++r)
          for (int s = s_inside.first; s < s_inside.last; ++s)
            largest.update(
                block.size, r * S + s,
                [in = image + (rows.pixel(p, r) * d.W + columns.pixel(q, s)) * C + block.first,
                 m = mean + block.first, a = scale + block.first,
                 o = offset + block.first](int c) { return (in[c] - m[c]) * a[c] + o[c]; });
        const std::int64_t out = (np * Q + q) * C + block.first;
        std::copy_n(largest.value, block.size, y + out);
        std::copy_n(largest.place, block.size, argmax + out);
      }
    }
  });
}

void batch_norm_max_pool_gradient(Stream& stream, const ChannelwiseDims& d, double epsilon,
                                  Activation before, const float* x, const float* gamma,
                                  const float* mean, const float* variance,
                                  const std::uint8_t* argmax, const float* dy, float* dx,
                                  float* dgamma, float* dbeta) {
  parameter_gradients(stream, d, epsilon, x, mean, variance, argmax, dy, dgamma, dbeta);
  const int C = d.C, W = d.W;
  const auto count = static_cast<double>(pixels(d).rows);
  auto* scale = static_cast<float*>(cpu_stream(stream).workspace(sizeof(float) * 3 * C));
  float* constant = scale + C;
  float* slope = constant + C;
  for (int c = 0; c < C; ++c) {
    const double inverse = inverse_deviation(variance[c], epsilon);
    scale[c] = static_cast<float>(gamma ? inverse * gamma[c] : inverse);
    constant[c] = static_cast<float>(dbeta[c] / count);
    slope[c] = static_cast<float>(dgamma[c] / count * inverse);
  }
  const bool after_relu = before == Activation::relu;
  const std::int64_t rows = std::int64_t{d.N} * d.H;
  const int threads = static_cast<int>(std::min<std::int64_t>(rows, cpu_stream(stream).threads()));
  parallel_for(stream, threads, [=](std::int64_t thread) {
    const Range own(rows, static_cast<int>(thread), threads);
    for_each_gradient_row(d, own, argmax, dy, [=](std::int64_t nh, const float* g) {
      for (std::int64_t w = 0; w < W; ++w) {
        const float* in = x + (nh * W + w) * C;
        float* out = dx + (nh * W + w) * C;
        const float* gradient = g + w * C;
#pragma omp simd
        for (int c = 0; c < C; ++c) {
          const float value = in[c];
          const float result =
              scale[c] * (gradient[c] - constant[c] - (value - mean[c]) * slope[c]);
          out[c] = !after_relu || value > 0 ? result : 0.0f;
        }
      }
    });
  });
}

}  // namespace nanopneumo::cpu
