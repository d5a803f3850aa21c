#include "kernels/cpu/tiled/depthwise.h"

#include <array>

#include "kernels/cpu/activation.h"
#include "kernels/cpu/outer_products.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/vector_bfloat16.h"

namespace nanopneumo::cpu::tiled {
namespace {

/// Neighbouring pixels whose sums are in registers at once.
constexpr int kPixels = 8;
/// Registers of channels of each: the more the fewer pixels there are, so that the processor can begin one sum while
/// others are not yet done.
constexpr int registers_of(int pixels) { return pixels > 3 ? 1 : pixels > 1 ? 4 : 8; }

/// Taps [r0, r1) x [s0, s1) of the windows of some neighbouring pixels: those inside the image.
template <class E>
struct Taps {
  int r0, r1, s0, s1;
  const E* x;              ///< tap (r0, s0) of the first pixel
  std::int64_t row, next;  ///< elements to the next row of the image, and to the next tap of it
  std::int64_t step;       ///< elements to the next pixel's window
};

/// The channels of some registers, from number c on.
template <int pixels, int registers, class F, class E, class Out, class Load, class Store>
[[gnu::always_inline]] inline void filter_channels(const Taps<E>& taps,
                                                   const DepthwiseFilter& filter, int c,
                                                   RowsOf<Out> y, Load load_x, Store store_y) {
  Vec sums[pixels][registers] = {};
  const std::int64_t w_next = filter.floats_of_a_tap();
  const E* row = taps.x + c;
  const float* w_row = filter.tap(taps.r0, taps.s0) + c;
  for (int r = taps.r0; r < taps.r1; ++r, row += taps.row, w_row += filter.S() * w_next) {
    const E* x = row;
    const float* w = w_row;
    for (int s = taps.s0; s < taps.s1; ++s, x += taps.next, w += w_next)
      unrolled<registers>([&](int k) __attribute__((always_inline)) {
        const Vec factor = load(w + k * kLanes);
        unrolled<pixels>([&](int i) __attribute__((always_inline)) {
          sums[i][k] = fma(load_x(x + i * taps.step + k * kLanes), factor, sums[i][k]);
        });
      });
  }
  unrolled<registers>([&](int k) __attribute__((always_inline)) {
    const Vec bias = load(filter.bias() + c + k * kLanes);
    unrolled<pixels>([&](int i) __attribute__((always_inline)) { sums[i][k] += bias; });
  });
  activate<pixels * registers>(
      F{}, [&](int i) __attribute__((always_inline))->Vec &
               { return sums[i / registers][i % registers]; });
  unrolled<registers>([&](int k) __attribute__((always_inline)) {
    unrolled<pixels>([&](int i) __attribute__((always_inline)) {
      store_y(y.data + i * y.stride + c + k * kLanes, sums[i][k]);
    });
  });
}

/// The same for one register and all S columns of windows at a known stride: each number of x is read once for all
/// windows that it is in.
template <int pixels, int S, int stride, class F, class E, class Out>
[[gnu::always_inline]] inline void filter_register(const Taps<E>& taps,
                                                   const DepthwiseFilter& filter, int c,
                                                   RowsOf<Out> y) {
  Vec sums[pixels] = {};
  const std::int64_t w_next = filter.floats_of_a_tap(), next = taps.next;
  const E* row = taps.x + c;
  const float* w_row = filter.tap(taps.r0, 0) + c;
  for (int r = taps.r0; r < taps.r1; ++r, row += taps.row, w_row += S * w_next) {
    Vec w[S];
    unrolled<S>([&](int s) __attribute__((always_inline)) { w[s] = load(w_row + s * w_next); });
    const E* x = row;
    unrolled<(pixels - 1) * stride + S>([&](int column) __attribute__((always_inline)) {
      const Vec value = load(x);
      x += next;
      unrolled<pixels>([&](int i) __attribute__((always_inline)) {
        const int s = column - i * stride;
        if (s >= 0 && s < S) sums[i] = fma(value, w[s], sums[i]);
      });
    });
  }
  const Vec bias = load(filter.bias() + c);
  unrolled<pixels>([&](int i) __attribute__((always_inline)) { sums[i] += bias; });
  activate<pixels>(
      F{}, [&](int i) __attribute__((always_inline))->Vec & { return sums[i]; });
  Out* to = y.data + c;
  unrolled<pixels>([&](int i) __attribute__((always_inline)) {
    store(to, sums[i]);
    to += y.stride;
  });
}

/// Groups of neighbouring pixels, side by side and in some rows of output, that have the same taps inside the image.
template <class E, class Out>
struct Block {
  Taps<E> first;  ///< of the first group
  int rows, groups;
  std::int64_t x_row,
      x_group;  ///< elements from one row of groups, and from one group, to the next
  RowsOf<Out> y;
  std::int64_t y_row, y_group;
};

/// Registers of channels are the outermost loop: what neighbouring windows share then stays in the first-level cache.
template <int pixels, class F, class E, class Out>
void filter_block(const Block<E, Out>& block, const DepthwiseFilter& filter, int C) {
  const auto load_all = [](const auto* p) { return load(p); };
  const auto store_all = [](Out* p, Vec v) { store(p, v); };
  const auto for_each_group = [&](const auto& body) {
    for (int row = 0; row < block.rows; ++row) {
      Taps<E> taps = block.first;
      taps.x += row * block.x_row;
      Out* y = block.y.data + row * block.y_row;
      for (int group = 0; group < block.groups; ++group) {
        body(taps, RowsOf<Out>{y, block.y.stride});
        taps.x += block.x_group;
        y += block.y_group;
      }
    }
  };
  int c = 0;
  const auto filter_registers = [&]<int S, int stride>() {
    constexpr int kCacheLine = 64 / sizeof(E);
    for (; c + kCacheLine <= C; c += kCacheLine)
      for_each_group([&](const Taps<E>& taps, RowsOf<Out> y) {
        for (int lane = 0; lane < kCacheLine; lane += kLanes)
          filter_register<pixels, S, stride, F>(taps, filter, c + lane, y);
      });
  };
  const Taps<E>& first = block.first;
  const auto has = [&](int S, int stride) {
    return filter.S() == S && first.s1 - first.s0 == S && first.step == stride * first.next;
  };
  if constexpr (registers_of(pixels) == 1) {
    if (has(3, 1)) filter_registers.template operator()<3, 1>();
    if (has(3, 2)) filter_registers.template operator()<3, 2>();
    if (has(5, 1)) filter_registers.template operator()<5, 1>();
  } else {
    constexpr int kRegisters = registers_of(pixels);
    for (; c + kRegisters * kLanes <= C; c += kRegisters * kLanes)
      for_each_group([&](const Taps<E>& taps, RowsOf<Out> y) {
        filter_channels<pixels, kRegisters, F>(taps, filter, c, y, load_all, store_all);
      });
  }
  for (; c + kLanes <= C; c += kLanes)
    for_each_group([&](const Taps<E>& taps, RowsOf<Out> y) {
      filter_channels<pixels, 1, F>(taps, filter, c, y, load_all, store_all);
    });
  if (const int rest = C - c; rest > 0)
    for_each_group([&](const Taps<E>& taps, RowsOf<Out> y) {
      filter_channels<pixels, 1, F>(
          taps, filter, c, y, [=](const auto* p) { return load_part(p, rest); },
          [=](Out* p, Vec v) { store_part(p, v, rest); });
    });
}

template <class F, class E, class Out, int... i>
constexpr auto blocks_of(std::integer_sequence<int, i...>) {
  return std::array{&filter_block<i + 1, F, E, Out>...};
}
template <class F, class E, class Out>
constexpr auto kFilterBlock = blocks_of<F, E, Out>(std::make_integer_sequence<int, kPixels>{});

/// Rows of one image's output that have the same rows of their windows inside the image.
template <class F, class E, class Out>
class RowFilter {
 public:
  /// From row p on, to y.
  RowFilter(const ChannelwiseDims& d, RowsOf<const E> image, const DepthwiseFilter& filter, int p,
            int rows, RowsOf<Out> y)
      : d_(d),
        image_(image),
        filter_(filter),
        top_(p * d.window.stride_h - d.window.pad.top),
        rows_(rows),
        y_(y) {}

  /// Pixels whose windows lie inside the image in groups, the others one by one.
  void run() const {
    const Window& w = d_.window;
    const int Q = d_.Q();
    const int begin = std::min(Q, (w.pad.left + w.stride_w - 1) / w.stride_w);
    const int last_start = d_.W - w.S + w.pad.left;  // of a window inside the image
    const int end = last_start < 0 ? begin : std::clamp(last_start / w.stride_w + 1, begin, Q);
    for (int q = 0; q < begin; ++q) filter_groups(q, 1, 1);
    if (const int groups = (end - begin + kPixels - 1) / kPixels; groups > 0) {
      const int size = (end - begin) / groups, larger = (end - begin) % groups;
      if (larger > 0) filter_groups(begin, size + 1, larger);
      filter_groups(begin + larger * (size + 1), size, groups - larger);
    }
    for (int q = end; q < Q; ++q) filter_groups(q, 1, 1);
  }

 private:
  void filter_groups(int q, int pixels, int groups) const {
    const Window& w = d_.window;
    const int left = q * w.stride_w - w.pad.left;
    const Inside r(top_, w.R, d_.H), s(left, w.S, d_.W);
    const std::int64_t pixel = std::int64_t{top_ + r.begin} * d_.W + left + s.begin;
    const std::int64_t row = d_.W * image_.stride, step = w.stride_w * image_.stride;
    kFilterBlock<F, E, Out>[static_cast<std::size_t>(pixels - 1)](
        {.first = {r.begin, r.end, s.begin, s.end, image_.data + pixel * image_.stride, row,
                   image_.stride, step},
         .rows = rows_,
         .groups = groups,
         .x_row = w.stride_h * row,
         .x_group = pixels * step,
         .y = {y_.data + q * y_.stride, y_.stride},
         .y_row = d_.Q() * y_.stride,
         .y_group = pixels * y_.stride},
        filter_, d_.C);
  }

  const ChannelwiseDims& d_;
  RowsOf<const E> image_;
  const DepthwiseFilter& filter_;
  int top_, rows_;
  RowsOf<Out> y_;
};

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

template <class E, class Out>
void depthwise_rows(const ChannelwiseDims& d, RowsOf<const E> x, const DepthwiseFilter& filter,
                    Activation activation, std::int64_t first, std::int64_t end, RowsOf<Out> y) {
  const int P = d.P();
  const auto inside = [&](std::int64_t row) {
    return Inside(d.window.stride_h * static_cast<int>(row % P) - d.window.pad.top, d.window.R,
                  d.H);
  };
  with_activation(activation, [&]<class F>(F) {
    while (first < end) {
      const std::int64_t n = first / P, last = std::min(end, (n + 1) * P);
      std::int64_t next = first + 1;
      while (next < last && inside(next) == inside(first)) ++next;
      RowFilter<F, E, Out>(d, {x.data + n * d.H * d.W * x.stride, x.stride}, filter,
                           static_cast<int>(first % P), static_cast<int>(next - first), y)
          .run();
      y.data += (next - first) * d.Q() * y.stride;
      first = next;
    }
  });
}

template <class E, class Out>
void depthwise_forward(Stream& stream, const ChannelwiseDims& d, RowsOf<const E> x,
                       const DepthwiseFilter& filter, Activation activation, RowsOf<Out> y) {
  constexpr int kRows = 4;  // that share what they read
  const std::int64_t rows = std::int64_t{d.N} * d.P();
  parallel_pieces(stream, rows, kRows, [&](const Range& piece, int) {
    depthwise_rows<E, Out>(d, x, filter, activation, piece.begin, piece.end,
                           {y.data + piece.begin * d.Q() * y.stride, y.stride});
  });
}

#define NANOPNEUMO_INSTANTIATE(E, Out)                                                          \
  template void depthwise_rows(const ChannelwiseDims&, RowsOf<const E>, const DepthwiseFilter&, \
                               Activation, std::int64_t, std::int64_t, RowsOf<Out>);            \
  template void depthwise_forward(Stream&, const ChannelwiseDims&, RowsOf<const E>,             \
                                  const DepthwiseFilter&, Activation, RowsOf<Out>);
NANOPNEUMO_INSTANTIATE(float, float)
NANOPNEUMO_INSTANTIATE(float, BFloat16)
NANOPNEUMO_INSTANTIATE(BFloat16, BFloat16)
#undef NANOPNEUMO_INSTANTIATE

}  // namespace nanopneumo::cpu::tiled
