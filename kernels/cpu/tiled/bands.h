// A convolution's output, some rows at a time, and where the windows of their pixels lie.
#pragma once

#include "kernels/cpu/bfloat16.h"
#include "kernels/cpu/rows.h"
#include "kernels/dims.h"

namespace nanopneumo::cpu::tiled {

/// Where the windows of output pixels lie: that of pixel i begins at data + i * step, its rows are `row` elements apart, and
/// the columns of a row, C elements each, `column`. E: float or BFloat16.
template <class E>
struct WindowsOf {
  const E* data;
  std::int64_t step, row = 0, column = 0;
};

/// `images` times `runs` times `pixels` output pixels, which follow one another in the output; the windows of a run lie
/// `run_step` elements after those of the run before, those of an image `image_step` after those of the image before.
struct Grid {
  std::int64_t pixels;
  int runs = 1;
  std::int64_t run_step = 0;
  int images = 1;
  std::int64_t image_step = 0;

  std::int64_t all_pixels() const { return images * runs * pixels; }
};

template <class E>
struct BandOf {
  WindowsOf<E> windows;
  Grid grid;
  std::int64_t first;  ///< of the output pixels
};

/// C channels of some pixels, which may lie too far apart for the processor to foresee them.
template <class E>
void copy_pixels(RowsOf<const E> x, std::int64_t pixels, int C, RowsOf<E> to);

/// At least C, in an odd number of cache lines: pixels that lie so many elements apart are spread over all sets of the
/// first-level cache.
template <class E>
std::int64_t odd_lines(int C) {
  constexpr int kCacheLine = 64 / sizeof(E);
  return std::int64_t{(C + kCacheLine - 1) / kCacheLine | 1} * kCacheLine;
}

template <class E>
class BandsOf {
 public:
  /// Windows are read from x, whose pixels lie `x_stride` elements apart, or from a copy where they reach beyond the image
  /// and where the pixels of a window's row are not side by side. Bands are of about `pixels` pixels.
  BandsOf(const ConvDims&, std::int64_t x_stride, int pixels);

  /// Have windows read whose columns are not side by side: from x as it lies, and where they reach beyond the image from a
  /// copy whose pixels lie `copy_stride` >= C elements apart.
  void leave_gaps(std::int64_t copy_stride);
  /// The same, and always from a copy.
  void copy_with(std::int64_t stride);

  /// Of the output, through all images.
  std::int64_t rows() const { return std::int64_t{d_.N} * d_.P(); }
  /// Of a band.
  int most_rows() const { return most_images_ * most_rows_; }
  std::int64_t most_pixels() const { return std::int64_t{most_rows()} * d_.Q(); }
  /// Have a band go on with the images after its own while it has room for them as a whole.
  void join_images();

  /// Elements of a copy.
  std::int64_t copy_size() const;

  /// The band that begins with row `row` and ends with its image, or the last one it takes, or before row `end`; `memory`:
  /// copy_size() elements.
  /// Sets row to the first one after it.
  BandOf<E> take(const E* x, std::int64_t& row, std::int64_t end, E* memory) const;

 private:
  ConvDims d_;
  std::int64_t x_stride_, copy_stride_;
  bool copies_;
  int pixels_, most_rows_, most_images_ = 1;
};

using Band = BandOf<float>;
using Bands = BandsOf<float>;

}  // namespace nanopneumo::cpu::tiled
