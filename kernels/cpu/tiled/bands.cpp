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

/// The pixels that the windows of some rows of an image's output read, zeros outside the image included. Zeros at the end
/// of a row are those at the beginning of the next one as well.
struct Patch {
  int H, W;
  int first_column, end_column;  ///< those inside the image lie between them
  int pitch;                     ///< from one row to the next, in pixels
  Patch(const ConvDims& d, int rows)
      : H((rows - 1) * d.window.stride_h + d.window.R),
        W((d.Q() - 1) * d.window.stride_w + d.window.S),
        first_column(std::min(d.window.pad.left, W)),
        end_column(std::clamp(d.W + d.window.pad.left, first_column, W)),
        pitch(W - std::min(first_column, W - end_column)) {}

  std::int64_t pixels() const { return std::int64_t{H - 1} * pitch + W; }
};

/// Copies the patch whose first output row is p from the image that begins at x; pixels of `to` likewise.
template <class E>
void copy_patch(const ConvDims& d, const Patch& patch, RowsOf<const E> x, int p, RowsOf<E> to) {
  const Window& w = d.window;
  const auto clear = [&](E* row, int begin, int end) {
    std::fill(row + begin * to.stride, row + end * to.stride, E{});
  };
  E* row = to.data;
  for (int i = 0; i < patch.H; ++i, row += patch.pitch * to.stride) {
    const int h = p * w.stride_h - w.pad.top + i;
    if (h < 0 || h >= d.H) {
      clear(row, 0, patch.W);
      continue;
    }
    const int inside = patch.end_column - patch.first_column;
    clear(row, 0, patch.first_column);
    const E* from = x.data + (std::int64_t{h} * d.W + patch.first_column - w.pad.left) * x.stride;
    E* first = row + patch.first_column * to.stride;
    if (x.stride == d.C && to.stride == d.C)
      std::copy_n(from, std::int64_t{inside} * d.C, first);
    else
      copy_pixels<E>({from, x.stride}, inside, d.C, {first, to.stride});
    clear(row, patch.end_column, patch.W);
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
      pixels_(pixels),
      most_rows_(std::clamp(pixels / d_.Q(), 1, d_.P())) {}

template <class E>
void BandsOf<E>::leave_gaps(std::int64_t copy_stride) {
  copies_ = has_padding(d_.window);
  copy_stride_ = copy_stride;
}

template <class E>
void BandsOf<E>::copy_with(std::int64_t stride) {
  copies_ = true;
  copy_stride_ = stride;
}

template <class E>
void BandsOf<E>::join_images() {
  if (most_rows_ < d_.P()) return;
  most_images_ = static_cast<int>(
      std::clamp<std::int64_t>(pixels_ / (std::int64_t{d_.P()} * d_.Q()), 1, d_.N));
}

template <class E>
std::int64_t BandsOf<E>::copy_size() const {
  return copies_ ? most_images_ * Patch(d_, most_rows_).pixels() * copy_stride_ : 0;
}

template <class E>
BandOf<E> BandsOf<E>::take(const E* x, std::int64_t& row, std::int64_t end, E* memory) const {
  const Window& w = d_.window;
  const std::int64_t P = d_.P(), n = row / P, left = end - row;
  const int p = static_cast<int>(row % P);
  const int rows = static_cast<int>(std::min<std::int64_t>({most_rows_, P - p, left}));
  const bool is_whole = rows == P;
  const auto images =
      is_whole ? static_cast<int>(std::min<std::int64_t>(most_images_, left / P)) : 1;
  const std::int64_t image_row = d_.W * x_stride_, image_size = d_.H * image_row;
  const RowsOf<const E> image{x + n * image_size, x_stride_};
  BandOf<E> band{{}, {.pixels = d_.Q(), .runs = rows, .images = images}, row * d_.Q()};
  if (copies_) {
    const Patch patch(d_, rows);
    band.grid.image_step = patch.pixels() * copy_stride_;
    for (int i = 0; i < images; ++i)
      copy_patch<E>(d_, patch, {image.data + i * image_size, x_stride_}, p,
                    {memory + i * band.grid.image_step, copy_stride_});
    band.windows = {memory, w.stride_w * copy_stride_, patch.pitch * copy_stride_, copy_stride_};
  } else {
    band.grid.image_step = image_size;
    band.windows = {image.data + p * w.stride_h * image_row, w.stride_w * x_stride_, image_row,
                    x_stride_};
  }
  band.grid.run_step = w.stride_h * band.windows.row;
  row += std::int64_t{images} * rows;
  if (band.grid.run_step == d_.Q() * band.windows.step) {  // the rows are one long row
    band.grid.pixels *= rows;
    band.grid.runs = 1;
  }
  return band;
}

template void copy_pixels(RowsOf<const float>, std::int64_t, int, RowsOf<float>);
template class BandsOf<float>;
template class BandsOf<BFloat16>;

}  // namespace nanopneumo::cpu::tiled
