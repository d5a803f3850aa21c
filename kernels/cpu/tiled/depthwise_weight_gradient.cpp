#include "kernels/cpu/tiled/depthwise_weight_gradient.h"

#include <array>

#include "kernels/cpu/parallel.h"
#include "kernels/cpu/tiled/bands.h"
#include "kernels/cpu/unrolled.h"
#include "kernels/cpu/vector.h"

namespace nanopneumo::cpu::tiled {
namespace {

/// Channels that a thread goes through an image with, and about how many pixels at a time: of these it has copies, in
/// which pixels lie side by side. (Those of the image may be a power of two apart, and then fall into the same few
/// sets of a cache.) Where there are fewer channels, a copy's lanes beyond them hold anything, and so do the sums that
/// come of them, which are not stored.
constexpr int kChannels = 32, kPixels = 256;
/// Taps whose sums are in registers together.
constexpr int kRows = 3, kColumns = 5;

/// Adds the products of rows x columns taps, for a register of channels, to sums: those of the taps below and beside it
/// lie so many floats away. x: the first of the taps; dy: the first pixel, both in copies.
template <int rows, int columns>
void add_products(const Band& band, const float* x, const float* dy, float* sums,
                  std::int64_t below, std::int64_t beside, int channels) {
  Vec products[rows][columns] = {};
  for (int run = 0; run < band.grid.runs; ++run) {
    const float* window = x + run * band.grid.run_step;
    for (std::int64_t q = 0; q < band.grid.pixels;
         ++q, window += band.windows.step, dy += kChannels) {
      const Vec gradient = load(dy);
      unrolled<rows>([&](int r) __attribute__((always_inline)) {
        unrolled<columns>([&](int s) __attribute__((always_inline)) {
          const Vec value = load(window + r * band.windows.row + s * kChannels);
          products[r][s] = fma(value, gradient, products[r][s]);
        });
      });
    }
  }
  unrolled<rows>([&](int r) __attribute__((always_inline)) {
    unrolled<columns>([&](int s) __attribute__((always_inline)) {
      float* sum = sums + r * below + s * beside;
      store_up_to(sum, load_up_to(sum, channels) + products[r][s], channels);
    });
  });
}

template <int rows, int... i>
constexpr auto of_columns(std::integer_sequence<int, i...>) {
  return std::array{&add_products<rows, i + 1>...};
}
template <int... i>
constexpr auto of_rows(std::integer_sequence<int, i...>) {
  return std::array{of_columns<i + 1>(std::make_integer_sequence<int, kColumns>{})...};
}
constexpr auto kAddProducts = of_rows(std::make_integer_sequence<int, kRows>{});

/// Up to kChannels channels of one image, from number `first` on.
class Part {
 public:
  Part(const ChannelwiseDims& d, int first)
      : d_(d),
        first_(first),
        channels_(std::min(kChannels, d.C - first)),
        bands_({1, d.H, d.W, channels_, 1, d.window}, d.C, kPixels) {
    bands_.copy_with(kChannels);
  }

  /// Of memory.
  std::int64_t floats() const { return bands_.copy_size() + bands_.most_pixels() * kChannels; }

  /// The sums, (R, S, C), of the image that begins at x, and its dy.
  void add(const float* x, const float* dy, float* memory, float* sums) const {
    for (int tap = 0; tap < d_.window.R * d_.window.S; ++tap)
      std::fill_n(sums + std::int64_t{tap} * d_.C + first_, channels_, 0.0f);
    float* gradients = memory + bands_.copy_size();
    for (std::int64_t row = 0; row < bands_.rows();) {
      const Band band = bands_.take(x + first_, row, bands_.rows(), memory);
      copy_pixels<float>({dy + band.first * d_.C + first_, d_.C}, band.grid.all_pixels(), channels_,
                         {gradients, kChannels});
      for (int c = 0; c < channels_; c += kLanes)
        add_taps(band, gradients + c, sums + first_ + c, c);
    }
  }

 private:
  void add_taps(const Band& band, const float* dy, float* sums, int c) const {
    const Window& w = d_.window;
    for (int r = 0; r < w.R; r += kRows)
      for (int s = 0; s < w.S; s += kColumns)
        kAddProducts[static_cast<std::size_t>(std::min(kRows, w.R - r) - 1)]
                    [static_cast<std::size_t>(std::min(kColumns, w.S - s) - 1)](
                        band, band.windows.data + r * band.windows.row + s * kChannels + c, dy,
                        sums + (std::int64_t{r} * w.S + s) * d_.C, std::int64_t{w.S} * d_.C, d_.C,
                        std::min(kLanes, channels_ - c));
  }

  const ChannelwiseDims& d_;
  int first_, channels_;
  Bands bands_;
};

}  // namespace

void depthwise_weight_gradient(Stream& stream, const ChannelwiseDims& d, const float* x,
                               const float* dy, float* dw) {
  const std::int64_t weights = d.weight_size(), image_in = std::int64_t{d.H} * d.W * d.C,
                     image_out = std::int64_t{d.P()} * d.Q() * d.C;
  const std::int64_t floats = Part(d, 0).floats();
  const int threads = cpu_stream(stream).threads();
  auto* sums = static_cast<float*>(cpu_stream(stream).workspace(
      static_cast<std::size_t>(d.N * weights + threads * floats) * sizeof(float)));
  float* memory = sums + d.N * weights;
  const int parts = (d.C + kChannels - 1) / kChannels;
  parallel_pieces(stream, std::int64_t{d.N} * parts, 1, [&](const Range& piece, int thread) {
    for (std::int64_t i = piece.begin; i < piece.end; ++i) {
      const std::int64_t n = i / parts;
      const Part part(d, static_cast<int>(i % parts) * kChannels);
      part.add(x + n * image_in, dy + n * image_out, memory + thread * floats, sums + n * weights);
    }
  });
  parallel_elements(stream, weights, [=, N = d.N](std::int64_t i) {
    double sum = 0;
    for (int n = 0; n < N; ++n) sum += static_cast<double>(sums[n * weights + i]);
    dw[i] = static_cast<float>(sum);
  });
}

}  // namespace nanopneumo::cpu::tiled
