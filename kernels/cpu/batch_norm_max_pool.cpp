// Batch normalisation in training and max pooling in one (Ioffe & Szegedy 2015, algorithm 1 and section 3):
//   y = max over the window of (x - mean) / sqrt(variance + epsilon) * gamma + beta
//   dx = gamma / sqrt(variance + epsilon) * (g - dbeta / rows - xhat dgamma / rows)
// with g = dy where x is its window's largest and 0 elsewhere, dbeta = sum(g), dgamma = sum(g xhat).
//
// In a network that works on large images the passes through memory are what these layers cost. Apart, they
// write and read again the normalised image in one direction and g in the other, each as large as x. Here a
// few channels of a pixel of them at a time live in registers.
#include "kernels/cpu/batch_norm.h"
#include "kernels/cpu/channel_sums.h"
#include "kernels/cpu/max_pool.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/unrolled.h"

namespace nanopneumo::cpu {
namespace {

RowsDims pixels(const ChannelwiseDims& d) { return {d.input_size() / d.C, d.C}; }

/// x at a place of a window, another place for each channel, whose pixels a register of channels is read from.
class WindowReader {
 public:
  /// Of row p of the windows over an image.
  WindowReader(const ChannelwiseDims& d, const float* image, int p)
      : d_(d), image_(image), p_(p), row_(row_axis(d)), column_(column_axis(d)) {}

  Vec at(IntVec place, int q, int c) const {
    const int S = d_.window.S, count = d_.C - c;
    const Span r_inside = row_.places_inside(p_), s_inside = column_.places_inside(q);
    Vec result{};
    for (int r = r_inside.first; r < r_inside.last; ++r)
      for (int s = s_inside.first; s < s_inside.last; ++s) {
        const std::int64_t pixel = row_.pixel(p_, r) * d_.W + column_.pixel(q, s);
        const Vec in = load_up_to(image_ + pixel * d_.C + c, count);
        result = place == IntVec{} + (r * S + s) ? in : result;
      }
    return result;
  }

 private:
  const ChannelwiseDims& d_;
  const float* image_;
  int p_;
  Axis row_, column_;
};

/// The same for windows of 2 x 2 pixels without padding.
class SquareReader {
 public:
  SquareReader(const ChannelwiseDims& d, const float* image, int p)
      : C_(d.C),
        row_(std::int64_t{d.W} * d.C),
        step_(std::int64_t{d.window.stride_w} * d.C),
        first_(image + std::int64_t{p} * d.window.stride_h * row_) {}

  Vec at(IntVec place, int q, int c) const {
    const float* corner = first_ + q * step_ + c;
    Vec result{};
    unrolled<4>([&](int i) __attribute__((always_inline)) {
      const Vec in = load_up_to(corner + i / 2 * row_ + i % 2 * C_, C_ - c);
      result = place == IntVec{} + i ? in : result;
    });
    return result;
  }

 private:
  int C_;
  std::int64_t row_, step_;
  const float* first_;
};

/// Adds dy and dy (x - mean) of each window's largest pixel, x, over a range of the N * P rows of windows. Sixteen of
/// a row are added in float before they go to the sums.
template <class Reader>
void add_windows(const ChannelwiseDims& d, const Range& rows, const float* x, const float* mean,
                 const std::uint8_t* argmax, const float* dy, const ChannelSums& sums) {
  constexpr int kWindowsAtOnce = 16;
  const int C = d.C, P = d.P(), Q = d.Q();
  for (std::int64_t np = rows.begin; np < rows.end; ++np) {
    const Reader reader(d, x + np / P * d.H * d.W * C, static_cast<int>(np % P));
    for (int first = 0; first < Q; first += kWindowsAtOnce)
      for (int c = 0; c < C; c += kLanes) {
        const int count = C - c;
        const Vec m = load_up_to(mean + c, count);
        Vec dbeta{}, dgamma{};
        for (int q = first; q < std::min(first + kWindowsAtOnce, Q); ++q) {
          const std::int64_t window = (np * Q + q) * C + c;
          const Vec largest = reader.at(load_bytes_up_to(argmax + window, count), q, c);
          const Vec g = load_up_to(dy + window, count);
          dbeta += g;
          dgamma += g * (largest - m);
        }
        add_up_to(sums.first + c, dbeta, count);
        add_up_to(sums.second + c, dgamma, count);
      }
  }
}

void parameter_gradients(Stream& stream, const ChannelwiseDims& d, double epsilon, const float* x,
                         const float* mean, const float* variance, const std::uint8_t* argmax,
                         const float* dy, float* dgamma, float* dbeta) {
  const bool is_square = d.window.R == 2 && d.window.S == 2 && d.window.pad == Padding2D{};
  const auto add = is_square ? add_windows<SquareReader> : add_windows<WindowReader>;
  const ChannelSums sums = sums_of_parts(
      stream, std::int64_t{d.N} * d.P(), d.C,
      [=](const Range& rows, const ChannelSums& own) { add(d, rows, x, mean, argmax, dy, own); });
  for (int c = 0; c < d.C; ++c) {
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
  const NormFactors factors = norm_factors(stream, C, epsilon, gamma, beta, variance);
  parallel_for(stream, std::int64_t{d.N} * P, [=](std::int64_t np) {
    const int p = static_cast<int>(np % P);
    const Span r_inside = rows.places_inside(p);
    const float* image = x + np / P * d.H * d.W * C;
    for (int q = 0; q < Q; ++q) {
      const Span s_inside = columns.places_inside(q);
      for (int c = 0; c < C; c += kLanes) {
        const int count = C - c;
        const Vec m = load_up_to(mean + c, count);
        const Vec a = load_up_to(factors.scale + c, count);
        const Vec o = load_up_to(factors.offset + c, count);
        Largest largest(r_inside.first * S + s_inside.first);
        for (int r = r_inside.first; r < r_inside.last; ++r)
          for (int s = s_inside.first; s < s_inside.last; ++s) {
            const Vec in =
                load_up_to(image + (rows.pixel(p, r) * d.W + columns.pixel(q, s)) * C + c, count);
            largest.update((in - m) * a + o, r * S + s);
          }
        const std::int64_t out = (np * Q + q) * C + c;
        store_up_to(y + out, largest.value, count);
        store_bytes_up_to(argmax + out, largest.place, count);
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
  const int C = d.C;
  const NormGradientFactors factors =
      norm_gradient_factors(stream, pixels(d), epsilon, gamma, variance, dgamma, dbeta);
  const bool after_relu = before == Activation::relu;
  parallel_for(stream, std::int64_t{d.N} * d.H, [=](std::int64_t nh) {
    for_each_gradient(d, argmax, dy, nh, [=](std::int64_t pixel, int c, Vec g) {
      const int count = C - c;
      const Vec a = load_up_to(factors.scale + c, count);
      const Vec o = load_up_to(factors.constant + c, count);
      const Vec t = load_up_to(factors.slope + c, count);
      const Vec m = load_up_to(mean + c, count);
      const Vec value = load_up_to(x + pixel * C + c, count);
      const Vec result = a * (g - o - (value - m) * t);
      store_up_to(dx + pixel * C + c, !after_relu ? result : value > 0 ? result : Vec{}, count);
    });
  });
}

}  // namespace nanopneumo::cpu
