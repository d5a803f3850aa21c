// Depthwise convolution: some neighbouring pixels times one register of channels at a time, whose sums stay in
// registers.
#pragma once

#include <span>

#include "kernels/cpu/aligned_memory.h"
#include "kernels/cpu/bfloat16.h"
#include "kernels/cpu/rows.h"
#include "kernels/kernels.h"

namespace nanopneumo::cpu::tiled {

/// Whether it is compiled for a CPU that rounds to bfloat16, and so faster than oneDNN's.
#if defined(__AVX512BF16__)
inline constexpr bool kFiltersBFloat16 = true;
#else
inline constexpr bool kFiltersBFloat16 = false;
#endif

/// The weights, (R, S, C) with C filled up to whole registers; then the bias likewise.
class DepthwiseFilter {
 public:
  /// w: (R, S, C); bias: (C), or empty.
  DepthwiseFilter(const Window&, int C, std::span<const float> w, std::span<const float> bias);

  int S() const { return S_; }
  const float* tap(int r, int s) const { return memory_.get() + (r * S_ + s) * tap_; }
  std::int64_t floats_of_a_tap() const { return tap_; }
  const float* bias() const { return tap(R_, 0); }
  std::size_t bytes() const { return static_cast<std::size_t>(size()) * sizeof(float); }

 private:
  std::int64_t size() const { return (R_ * S_ + 1) * tap_; }

  int R_, S_;
  std::int64_t tap_;
  AlignedFloats memory_;
};

/// y = activation(x * w + bias) for the rows [first, end) of the output, which are numbered through all images. Each
/// result is the sum in the order of w over the taps inside the image. From and to slices; y begins with row `first`.
/// E: float, or BFloat16, whose sums are of floats; Out: the same, or BFloat16 of floats.
template <class E, class Out>
void depthwise_rows(const ChannelwiseDims&, RowsOf<const E> x, const DepthwiseFilter&, Activation,
                    std::int64_t first, std::int64_t end, RowsOf<Out> y);

/// The same for all rows. row_sums: (d.N, d.P(), d.C), the sums of y's rows (row_sums.h), or null.
template <class E, class Out>
void depthwise_forward(Stream&, const ChannelwiseDims& d, RowsOf<const E> x, const DepthwiseFilter&,
                       Activation, RowsOf<Out> y, float* row_sums = nullptr);

}  // namespace nanopneumo::cpu::tiled
