// A convolution's output, some rows at a time, and where the windows of their pixels lie.
#pragma once

#include "kernels/cpu/bfloat16.h"
#include "kernels/cpu/rows.h"
#include "kernels/dims.h"

namespace nanopneumo::cpu::tiled {

/// Where the windows of output pixels lie: that of pixel i begins at data + i * step, its rows are `row` elements
/// apart, and each is S * C elements long. E: float or BFloat16.
template <class E>
struct WindowsOf {
  const E* data;
  std::int64_t step, row;
};

/// `runs` times `pixels` output pixels; the windows of a run lie `run_step` elements after those of the run before.
template <class E>
struct BandOf {
  WindowsOf<E> windows;
  int runs;
  std::int64_t run_step, pixels;
  std::int64_t first;  ///< of the output pixels, which follow one another
};

/// C channels of some pixels, which may lie too far apart for the processor to foresee them.
template <class E>
void copy_pixels(RowsOf<const E> x, std::int64_t pixels, int C, RowsOf<E> to);

template <class E>
class BandsOf {
 public:
  /// Windows are read from x, whose pixels lie `x_stride` elements apart, or from a copy where they reach beyond the image
  /// and where the pixels of a window's row are not side by side. Bands are of about `pixels` pixels.
  BandsOf(const ConvDims&, std::int64_t x_stride, int pixels);

  /// Have windows read from a copy whose pixels lie `stride` >= C elements apart; the C of neighbours are then no longer
  /// side by side.
  void copy_with(std::int64_t stride);

  /// Of the output, through all images.
  std::int64_t rows() const { return std::int64_t{d_.N} * d_.P(); }
  /// Of a band.
  int most_rows() const { return most_rows_; }
  std::int64_t most_pixels() const { return std::int64_t{most_rows_} * d_.Q(); }
  /// Elements of a copy.
  std::int64_t copy_size() const;

  /// The band that begins with row `row` and ends with its image or before row `end`; `memory`: copy_size() elements.
  /// Sets row to the first one after it.
  BandOf<E> take(const E* x, std::int64_t& row, std::int64_t end, E* memory) const;

 private:
  ConvDims d_;
  std::int64_t x_stride_, copy_stride_;
  bool copies_;
  int most_rows_;
};

using Band = BandOf<float>;
using Bands = BandsOf<float>;

}  // namespace nanopneumo::cpu::tiled
