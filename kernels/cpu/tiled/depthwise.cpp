#include "kernels/cpu/tiled/depthwise.h"

#include <array>

#include "kernels/cpu/activation.h"
#include "kernels/cpu/outer_products.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/tiled/row_sums.h"
#include "kernels/cpu/vector_bfloat16.h"

namespace nanopneumo::cpu::tiled {
namespace {

/// Neighbouring pixels whose sums of one register of channels stay in registers. Of fewer than the fewest the processor
/// would wait for each sum before it could go on.
constexpr int kMostPixels = 8, kFewestPixels = 4;
/// Registers of channels of a pixel that is filtered on its own.
constexpr int kRegisters = 8;

/// What the windows of some neighbouring pixels read: the rows [r0, r1) of each, which lie inside the image, and of the
/// columns from the first window's left border to the last one's right border those in [s0, s1).
template <class E>
struct Taps {
  int r0, r1, s0, s1;
  const E* x;              ///< in row r0 and column s0
  std::int64_t row, next;  ///< elements to the next row of the image, and to the next column of it
};

/// One pixel and some registers of channels, from number c on.
template <int registers, class F, class E, class Out, class Load, class Store>
[[gnu::always_inline]] inline void filter_pixel(const Taps<E>& taps, const DepthwiseFilter& filter,
                                                int c, Out* y, Load load_x, Store store_y) {
  Vec sums[registers] = {};
  const std::int64_t w_next = filter.floats_of_a_tap();
  const E* row = taps.x + c;
  const float* w_row = filter.tap(taps.r0, taps.s0) + c;
  for (int r = taps.r0; r < taps.r1; ++r, row += taps.row, w_row += filter.S() * w_next) {
    const E* x = row;
    const float* w = w_row;
    for (int s = taps.s0; s < taps.s1; ++s, x += taps.next, w += w_next)
      unrolled<registers>([&](int k) __attribute__((always_inline)) {
        sums[k] = fma(load_x(x + k * kLanes), load(w + k * kLanes), sums[k]);
      });
  }
  const float* bias = filter.bias() + c;
  unrolled<registers>([&](int k)
                          __attribute__((always_inline)) { sums[k] += load(bias + k * kLanes); });
  activate<registers>(
      F{}, [&](int k) __attribute__((always_inline))->Vec & { return sums[k]; });
  unrolled<registers>([&](int k)
                          __attribute__((always_inline)) { store_y(y + c + k * kLanes, sums[k]); });
}

/// Some neighbouring pixels and one register of channels, of windows whose columns and stride are known: each number of x
/// is read once for all windows that it is in.
template <int pixels, int S, int stride, class F, class E, class Out, class Load, class Store>
[[gnu::always_inline]] inline void filter_register(const Taps<E>& taps,
                                                   const DepthwiseFilter& filter, int c,
                                                   RowsOf<Out> y, Load load_x, Store store_y) {
  constexpr int kColumns = (pixels - 1) * stride + S;
  Vec sums[pixels] = {};
  const std::int64_t w_next = filter.floats_of_a_tap(), next = taps.next;
  const E* row = taps.x + c;
  const float* w_row = filter.tap(taps.r0, 0) + c;
  for (int r = taps.r0; r < taps.r1; ++r, row += taps.row, w_row += S * w_next) {
    Vec w[S];
    unrolled<S>([&](int s) __attribute__((always_inline)) { w[s] = load(w_row + s * w_next); });
    const E* x = row;
    unrolled<kColumns>([&](int column) __attribute__((always_inline)) {
      // Padding is narrower than a window: only these columns can lie outside.
      if (column < S - 1 && column < taps.s0) return;
      if (column > kColumns - S && column >= taps.s1) return;
      const Vec value = load_x(x);
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
    store_y(to, sums[i]);
    to += y.stride;
  });
}

/// Groups of neighbouring pixels, side by side and in some rows of output, that have the same taps inside the image.
template <class E, class Out>
struct Groups {
  Taps<E> first;  ///< of the first group
  int rows, count;
  /// Elements of the image from one row of groups, and from one group, to the next.
  std::int64_t x_row, x_group;
  RowsOf<Out> y;
  std::int64_t y_row, y_group;
};

template <class E, class Out, class Body>
[[gnu::always_inline]] inline void for_each_group(const Groups<E, Out>& groups, const Body& body) {
  for (int row = 0; row < groups.rows; ++row) {
    Taps<E> taps = groups.first;
    taps.x += row * groups.x_row;
    Out* y = groups.y.data + row * groups.y_row;
    for (int group = 0; group < groups.count; ++group) {
      body(taps, RowsOf<Out>{y, groups.y.stride});
      taps.x += groups.x_group;
      y += groups.y_group;
    }
  }
}

/// Calls body(c, registers, load, store) for C channels, `registers` from number c on at a time: the largest of `counts`
/// that there are still channels for, with load and store of whole registers, and at last for what fills none.
template <class Out, int... counts, class Body>
[[gnu::always_inline]] inline void for_registers(int C, std::integer_sequence<int, counts...>,
                                                 const Body& body) {
  const auto load_all = [](const auto* p) __attribute__((always_inline)) { return load(p); };
  const auto store_all = [](Out * p, Vec v) __attribute__((always_inline)) { store(p, v); };
  int c = 0;
  const auto take = [&]<int count>(std::integral_constant<int, count> registers)
      __attribute__((always_inline)) {
    for (; c + count * kLanes <= C; c += count * kLanes) body(c, registers, load_all, store_all);
  };
  (take(std::integral_constant<int, counts>{}), ...);
  if (const int rest = C - c; rest > 0)
    body(
        c, std::integral_constant<int, 1>{},
        [rest](const auto* p) __attribute__((always_inline)) { return load_part(p, rest); },
        [rest](Out * p, Vec v) __attribute__((always_inline)) { store_part(p, v, rest); });
}

/// Groups of one pixel, of any window.
template <class F, class E, class Out>
void filter_pixels(const Groups<E, Out>& groups, const DepthwiseFilter& filter, int C) {
  for_registers<Out>(
      C, std::integer_sequence<int, kRegisters, 1>{},
      [&]<int registers>(int c, std::integral_constant<int, registers>, auto load_x, auto store_y)
          __attribute__((always_inline)) {
            for_each_group(groups, [&](const Taps<E>& taps, RowsOf<Out> y) {
              filter_pixel<registers, F>(taps, filter, c, y.data, load_x, store_y);
            });
          });
}

/// Groups of some pixels, of windows with S columns at a stride. Registers of channels are the outermost loop: what
/// neighbouring windows share then stays in the first-level cache.
template <int pixels, int S, int stride, class F, class E, class Out>
void filter_groups(const Groups<E, Out>& groups, const DepthwiseFilter& filter, int C) {
  constexpr int kOfALine = 64 / sizeof(E) / kLanes;
  for_registers<Out>(
      C, std::integer_sequence<int, kOfALine, 1>{},
      [&]<int registers>(int c, std::integral_constant<int, registers>, auto load_x,
                         auto store_y) __attribute__((always_inline)) {
        for_each_group(groups, [&](const Taps<E>& taps, RowsOf<Out> y) {
          for (int k = 0; k < registers; ++k)
            filter_register<pixels, S, stride, F>(taps, filter, c + k * kLanes, y, load_x, store_y);
        });
      });
}

template <class E, class Out>
using Kernel = void (*)(const Groups<E, Out>&, const DepthwiseFilter&, int C);

/// For kFewestPixels to kMostPixels.
template <class E, class Out>
using Kernels = std::array<Kernel<E, Out>, kMostPixels - kFewestPixels + 1>;

template <int S, int stride, class F, class E, class Out, int... i>
constexpr Kernels<E, Out> kernels_of(std::integer_sequence<int, i...>) {
  return {&filter_groups<kFewestPixels + i, S, stride, F, E, Out>...};
}
template <int S, int stride, class F, class E, class Out>
constexpr auto kKernels = kernels_of<S, stride, F, E, Out>(
    std::make_integer_sequence<int, kMostPixels - kFewestPixels + 1>{});

/// Null where no groups of such windows are filtered.
template <class F, class E, class Out>
const Kernels<E, Out>* kernels_of(const Window& w) {
  if (w.pad.left >= w.S || w.pad.right >= w.S) return nullptr;
  if (w.S == 3 && w.stride_w == 1) return &kKernels<3, 1, F, E, Out>;
  if (w.S == 3 && w.stride_w == 2) return &kKernels<3, 2, F, E, Out>;
  if (w.S == 5 && w.stride_w == 1) return &kKernels<5, 1, F, E, Out>;
  if (w.S == 5 && w.stride_w == 2) return &kKernels<5, 2, F, E, Out>;
  return nullptr;
}

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

  void run() const {
    const int Q = d_.Q();
    const auto* kernels = Q < kFewestPixels ? nullptr : kernels_of<F, E, Out>(d_.window);
    if (!kernels) return run_groups(Q, [](int) { return &filter_pixels<F, E, Out>; });
    run_groups((Q + kMostPixels - 1) / kMostPixels, [kernels](int pixels) {
      return (*kernels)[static_cast<std::size_t>(pixels - kFewestPixels)];
    });
  }

 private:
  /// Of `pixels` windows, from that of output pixel q on.
  Inside columns(int q, int pixels) const {
    const Window& w = d_.window;
    return {q * w.stride_w - w.pad.left, (pixels - 1) * w.stride_w + w.S, d_.W};
  }

  /// Groups whose sizes differ by at most one. Those side by side that have the same columns inside the image are a `Groups`.
  template <class KernelOf>
  void run_groups(int groups, const KernelOf& kernel_of) const {
    const int size = d_.Q() / groups, larger = d_.Q() % groups;
    const auto pixels = [&](int group) { return group < larger ? size + 1 : size; };
    for (int group = 0, q = 0; group < groups;) {
      const int n = pixels(group);
      const Inside inside = columns(q, n);
      int count = 1;
      while (group + count < groups && pixels(group + count) == n &&
             columns(q + count * n, n) == inside)
        ++count;
      filter(kernel_of(n), q, n, count, inside);
      group += count;
      q += count * n;
    }
  }

  void filter(Kernel<E, Out> kernel, int q, int pixels, int groups, const Inside& s) const {
    const Window& w = d_.window;
    const Inside r(top_, w.R, d_.H);
    const std::int64_t pixel =
        std::int64_t{top_ + r.begin} * d_.W + q * w.stride_w - w.pad.left + s.begin;
    const std::int64_t row = d_.W * image_.stride;
    kernel({.first = {r.begin, r.end, s.begin, s.end, image_.data + pixel * image_.stride, row,
                      image_.stride},
            .rows = rows_,
            .count = groups,
            .x_row = w.stride_h * row,
            .x_group = pixels * w.stride_w * image_.stride,
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
                       const DepthwiseFilter& filter, Activation activation, RowsOf<Out> y,
                       float* row_sums) {
  constexpr int kRows = 4;  // that share what they read
  const std::int64_t rows = std::int64_t{d.N} * d.P();
  parallel_pieces(stream, rows, kRows, [&](const Range& piece, int) {
    const RowsOf<Out> own{y.data + piece.begin * d.Q() * y.stride, y.stride};
    depthwise_rows<E, Out>(d, x, filter, activation, piece.begin, piece.end, own);
    if (row_sums)
      sum_rows<Out>({own.data, own.stride}, piece.end - piece.begin, d.Q(), d.C,
                    {row_sums + piece.begin * d.C, d.C});
  });
}

#define NANOPNEUMO_INSTANTIATE(E, Out)                                                          \
  template void depthwise_rows(const ChannelwiseDims&, RowsOf<const E>, const DepthwiseFilter&, \
                               Activation, std::int64_t, std::int64_t, RowsOf<Out>);            \
  template void depthwise_forward(Stream&, const ChannelwiseDims&, RowsOf<const E>,             \
                                  const DepthwiseFilter&, Activation, RowsOf<Out>, float*);
NANOPNEUMO_INSTANTIATE(float, float)
NANOPNEUMO_INSTANTIATE(float, BFloat16)
NANOPNEUMO_INSTANTIATE(BFloat16, BFloat16)
#undef NANOPNEUMO_INSTANTIATE

}  // namespace nanopneumo::cpu::tiled
