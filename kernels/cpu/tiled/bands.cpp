#include "kernels/cpu/tiled/bands.h"

namespace nanopneumo::cpu::tiled {
namespace {

bool has_padding(const Window& w) { return w.pad != Padding2D{}; }

/// The same convolution with what has no neighbours in one direction laid out in one row: images one below the other,
/// and pixels one below the other.
ConvDims without_needless_borders(ConvDims d) {
  const Window& w = d.window;
  if (w.R > 1 || w.stride_h > 1 || has_padding(w)) return d;
  d.H *= d.N;
  d.N = 1;
  if (w.S > 1 || w.stride_w > 1) return d;
  d.H *= d.W;
  d.W = 1;
  return d;
}

/// The pixels that the windows of some rows of output read, zeros outside the image included.
struct Patch {
  int H, W;
  Patch(const ConvDims& d, int rows)
      : H((rows - 1) * d.window.stride_h + d.window.R),
        W((d.Q() - 1) * d.window.stride_w + d.window.S) {}
};

/// Copies the patch whose first output row is p from the image that begins at x; pixels of `to` likewise.
template <class E>
void copy_patch(const ConvDims& d, const Patch& patch, RowsOf<const E> x, int p, RowsOf<E> to) {
  const Window& w = d.window;
  const int first_column = std::min(w.pad.left, patch.W),
            end_column = std::clamp(d.W + w.pad.left, first_column, patch.W);
  const auto clear = [&](E* row, int begin, int end) {
    std::fill(row + begin * to.stride, row + end * to.stride, E{});
  };
  E* row = to.data;
  for (int i = 0; i < patch.H; ++i, row += patch.W * to.stride) {
    const int h = p * w.stride_h - w.pad.top + i;
    if (h < 0 || h >= d.H) {
      clear(row, 0, patch.W);
      continue;
    }
    clear(row, 0, first_column);
    const E* from = x.data + (std::int64_t{h} * d.W + first_column - w.pad.left) * x.stride;
    E* inside = row + first_column * to.stride;
    if (x.stride == d.C && to.stride == d.C)
      std::copy_n(from, std::int64_t{end_column - first_column} * d.C, inside);
    else
      copy_pixels<E>({from, x.stride}, end_column - first_column, d.C, {inside, to.stride});
    clear(row, end_column, patch.W);
  }
}

}  // namespace

template <class E>
void copy_pixels(RowsOf<const E> x, std::int64_t pixels, int C, RowsOf<E> to) {
  constexpr int kAhead = 12, kCacheLine = 64 / sizeof(E);
  for (std::int64_t i = 0; i < pixels; ++i, x.data += x.stride, to.data += to.stride) {
    const E* later = x.data + kAhead * x.stride;
    __builtin_prefetch(later);
    __builtin_prefetch(later + std::min(C, 2 * kCacheLine) - 1);
    std::copy_n(x.data, C, to.data);
  }
}

template <class E>
BandsOf<E>::BandsOf(const ConvDims& dims, std::int64_t x_stride, int pixels)
    : d_(without_needless_borders(dims)),
      x_stride_(x_stride),
      copy_stride_(dims.C),
      copies_(has_padding(dims.window) || (dims.window.S > 1 && x_stride != dims.C)),
      most_rows_(std::clamp(pixels / d_.Q(), 1, d_.P())) {}

template <class E>
void BandsOf<E>::copy_with(std::int64_t stride) {
  copies_ = true;
  copy_stride_ = stride;
}

template <class E>
std::int64_t BandsOf<E>::copy_size() const {
  if (!copies_) return 0;
  const Patch patch(d_, most_rows_);
  return std::int64_t{patch.H} * patch.W * copy_stride_;
}

template <class E>
BandOf<E> BandsOf<E>::take(const E* x, std::int64_t& row, std::int64_t end, E* memory) const {
  const Window& w = d_.window;
  const std::int64_t n = row / d_.P();
  const int p = static_cast<int>(row % d_.P());
  const int rows = static_cast<int>(std::min<std::int64_t>({most_rows_, d_.P() - p, end - row}));
  const RowsOf<const E> image{x + n * d_.H * d_.W * x_stride_, x_stride_};
  WindowsOf<E> windows{};
  if (copies_) {
    const Patch patch(d_, rows);
    copy_patch<E>(d_, patch, image, p, {memory, copy_stride_});
    windows = {memory, w.stride_w * copy_stride_, patch.W * copy_stride_};
  } else {
    const std::int64_t image_row = d_.W * x_stride_;
    windows = {image.data + p * w.stride_h * image_row, w.stride_w * x_stride_, image_row};
  }
  const std::int64_t run_step = w.stride_h * windows.row, first = row * d_.Q();
  row += rows;
  if (run_step == d_.Q() * windows.step)  // the rows are one long row
    return {windows, 1, 0, std::int64_t{rows} * d_.Q(), first};
  return {windows, rows, run_step, d_.Q(), first};
}

template void copy_pixels(RowsOf<const float>, std::int64_t, int, RowsOf<float>);
template class BandsOf<float>;
template class BandsOf<BFloat16>;

}  // namespace nanopneumo::cpu::tiled
