#include "kernels/cpu/tiled/depthwise.h"

#include <array>

#include "kernels/cpu/activation.h"
#include "kernels/cpu/outer_products.h"
#include "kernels/cpu/parallel.h"

namespace nanopneumo::cpu::tiled {
namespace {

/// Sums that are in registers at once: enough for the processor to begin one while others are not yet done. They are
/// those of some neighbouring pixels, and of the more neighbouring channels the fewer pixels there are.
constexpr int kSums = 12;
constexpr int kPixels = 6;

/// Taps [r0, r1) x [s0, s1) of the windows of some neighbouring pixels: those inside the image.
struct Taps {
  int r0, r1, s0, s1;
  const float* x;          ///< tap (r0, s0) of the first pixel
  std::int64_t row, next;  ///< floats to the next row of the image, and to the next tap of it
  std::int64_t step;       ///< floats to the next pixel's window
};

/// The channels of some registers, from number c on.
template <int pixels, int registers, class F, class Load, class Store>
[[gnu::always_inline]] inline void filter_channels(const Taps taps, const DepthwiseFilter& filter,
                                                   int c, const Rows y, Load load_x,
                                                   Store store_y) {
  Vec sums[pixels][registers] = {};
  const std::int64_t w_next = filter.floats_of_a_tap();
  const float* row = taps.x + c;
  const float* w_row = filter.tap(taps.r0, taps.s0) + c;
  const int columns = taps.s1 - taps.s0;
  for (int r = taps.r0; r < taps.r1; ++r, row += taps.row, w_row += filter.S() * w_next) {
    const float *x = row, *w = w_row;
    for (int s = 0; s < columns; ++s, x += taps.next, w += w_next)
      unrolled<registers>([&](int k) __attribute__((always_inline)) {
        const Vec factor = load(w + k * kLanes);
        unrolled<pixels>([&](int i) __attribute__((always_inline)) {
          sums[i][k] = fma(load_x(x + i * taps.step + k * kLanes), factor, sums[i][k]);
        });
      });
  }
  unrolled<registers>([&](int k) __attribute__((always_inline)) {
    const Vec bias = load(filter.bias() + c + k * kLanes);
    unrolled<pixels>([&](int i) __attribute__((always_inline)) {
      store_y(y.data + i * y.stride + c + k * kLanes, F{}(sums[i][k] + bias));
    });
  });
}

template <int pixels, class F>
void filter_pixels(const Taps& taps, const DepthwiseFilter& filter, int C, Rows y) {
  const auto load_all = [](const float* p) { return load(p); };
  const auto store_all = [](float* p, Vec v) { store(p, v); };
  int c = 0;
  constexpr int kRegisters = kSums / pixels;
  for (; c + kRegisters * kLanes <= C; c += kRegisters * kLanes)
    filter_channels<pixels, kRegisters, F>(taps, filter, c, y, load_all, store_all);
  for (; c + kLanes <= C; c += kLanes)
    filter_channels<pixels, 1, F>(taps, filter, c, y, load_all, store_all);
  if (const int rest = C - c; rest > 0)
    filter_channels<pixels, 1, F>(
        taps, filter, c, y, [=](const float* p) { return load_part(p, rest); },
        [=](float* p, Vec v) { store_part(p, v, rest); });
}

template <class F, int... i>
constexpr auto pixels_of(std::integer_sequence<int, i...>) {
  return std::array{&filter_pixels<i + 1, F>...};
}
template <class F>
constexpr auto kFilterPixels = pixels_of<F>(std::make_integer_sequence<int, kPixels>{});

/// The taps of a window that begins at `first` which lie in [0, size).
struct Inside {
  int begin, end;
  Inside(int first, int taps, int size)
      : begin(std::clamp(-first, 0, taps)), end(std::clamp(size - first, begin, taps)) {}
};

/// A row of output pixels: those whose windows lie inside the image in groups, the others one by one.
template <class F>
void filter_row(const ChannelwiseDims& d, ConstRows x, const DepthwiseFilter& filter, int p,
                Rows y) {
  const Window& w = d.window;
  const int Q = d.Q(), top = p * w.stride_h - w.pad.top;
  const Inside rows(top, w.R, d.H);
  const auto filter_some = [&](int q, int pixels) {
    const int left = q * w.stride_w - w.pad.left;
    const Inside columns(left, w.S, d.W);
    const std::int64_t pixel = std::int64_t{top + rows.begin} * d.W + left + columns.begin;
    kFilterPixels<F>[static_cast<std::size_t>(pixels - 1)](
        {rows.begin, rows.end, columns.begin, columns.end, x.data + pixel * x.stride,
         d.W * x.stride, x.stride, w.stride_w * x.stride},
        filter, d.C, {y.data + q * y.stride, y.stride});
  };
  const int begin = std::min(Q, (w.pad.left + w.stride_w - 1) / w.stride_w);
  const int last_start = d.W - w.S + w.pad.left;  // of a window inside the image
  const int end = last_start < 0 ? begin : std::clamp(last_start / w.stride_w + 1, begin, Q);
  for (int q = 0; q < begin; ++q) filter_some(q, 1);
  const int parts = (end - begin + kPixels - 1) / kPixels;
  for (int part = 0; part < parts; ++part) {
    const Range own(end - begin, part, parts);
    filter_some(begin + static_cast<int>(own.begin), static_cast<int>(own.end - own.begin));
  }
  for (int q = end; q < Q; ++q) filter_some(q, 1);
}

}  // namespace

DepthwiseFilter::DepthwiseFilter(const Window& window, int C, std::span<const float> w,
                                 std::span<const float> bias)
    : R_(window.R),
      S_(window.S),
      tap_((C + kLanes - 1) / kLanes * kLanes),
      memory_(allocate_floats(size())) {
  std::fill_n(memory_.get(), size(), 0.0f);
  for (int tap = 0; tap < R_ * S_; ++tap)
    std::copy_n(w.begin() + std::int64_t{tap} * C, C, memory_.get() + tap * tap_);
  std::ranges::copy(bias, memory_.get() + R_ * S_ * tap_);
}

void depthwise_row(const ChannelwiseDims& d, ConstRows x, const DepthwiseFilter& filter,
                   Activation activation, int p, Rows y) {
  with_activation(activation, [&]<class F>(F) { filter_row<F>(d, x, filter, p, y); });
}

void depthwise_forward(Stream& stream, const ChannelwiseDims& d, ConstRows x,
                       const DepthwiseFilter& filter, Activation activation, Rows y) {
  const int P = d.P();
  parallel_for(stream, std::int64_t{d.N} * P, [&, activation](std::int64_t row) {
    const ConstRows image{x.data + row / P * d.H * d.W * x.stride, x.stride};
    depthwise_row(d, image, filter, activation, static_cast<int>(row % P),
                  {y.data + row * d.Q() * y.stride, y.stride});
  });
}

}  // namespace nanopneumo::cpu::tiled
