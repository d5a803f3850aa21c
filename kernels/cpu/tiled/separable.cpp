#include "kernels/cpu/tiled/separable.h"

#include "kernels/cpu/parallel.h"
#include "kernels/cpu/tiled/made_pixels.h"

namespace nanopneumo::cpu::tiled {
namespace {

/// The depthwise result of some rows of output.
template <class E>
struct RowGroup {
  int rows;
  std::int64_t stride;
  RowGroup(const ChannelwiseDims& d, const FilterOf<E>& pointwise)
      : rows(std::max(1, band_of_made_pixels(pointwise) / d.Q())), stride(odd_lines<E>(d.C)) {}
  std::int64_t size(int Q) const { return rows * Q * stride; }
};

/// The rows of the image of output row `first` that the rows [first, end) of the output read and the row before them
/// does not. The depthwise convolution reads them a cache line here and there, which no processor foresees.
template <class E>
Upcoming rows_read_next(const ChannelwiseDims& d, RowsOf<const E> x, std::int64_t first,
                        std::int64_t end) {
  if (first >= end) return {};
  const Window& w = d.window;
  const std::int64_t n = first / d.P(), p = first % d.P(), last = p + end - first - 1;
  const auto end_of_window = [&](std::int64_t row) {
    return std::clamp<std::int64_t>(row * w.stride_h - w.pad.top + w.R, 0, d.H);
  };
  const std::int64_t begin_row = p == 0 ? 0 : end_of_window(p - 1);
  const std::int64_t row = d.W * x.stride;
  return upcoming(x.data + (n * d.H + begin_row) * row, (end_of_window(last) - begin_row) * row);
}

}  // namespace

template <class E>
std::size_t separable_workspace_bytes(Stream& stream, const ChannelwiseDims& d,
                                      const FilterOf<E>& pointwise) {
  return static_cast<std::size_t>(RowGroup<E>(d, pointwise).size(d.Q()) *
                                  cpu_stream(stream).threads()) *
         sizeof(E);
}

template <class E>
void separable_forward(Stream& stream, const ChannelwiseDims& d, RowsOf<const E> x,
                       const DepthwiseFilter& depthwise, Activation depthwise_activation,
                       const FilterOf<E>& pointwise, const ResultsOf<E>& results) {
  const int Q = d.Q();
  const RowGroup<E> band(d, pointwise);
  auto* memory = static_cast<E*>(
      cpu_stream(stream).workspace(separable_workspace_bytes<E>(stream, d, pointwise)));
  const std::int64_t rows = std::int64_t{d.N} * d.P();
  parallel_pieces(stream, rows, band.rows, [&](const Range& piece, int thread) {
    E* own = memory + thread * band.size(Q);
    depthwise_rows(d, x, depthwise, depthwise_activation, piece.begin, piece.end,
                   RowsOf<E>{own, band.stride});
    multiply(pointwise, WindowsOf<E>{own, band.stride}, {(piece.end - piece.begin) * Q},
             results.from(piece.begin * Q),
             rows_read_next<E>(d, x, piece.end, std::min(rows, piece.end + band.rows)));
  });
}

#define NANOPNEUMO_INSTANTIATE(E)                                                         \
  template std::size_t separable_workspace_bytes<E>(Stream&, const ChannelwiseDims&,      \
                                                    const FilterOf<E>&);                  \
  template void separable_forward(Stream&, const ChannelwiseDims&, RowsOf<const E>,       \
                                  const DepthwiseFilter&, Activation, const FilterOf<E>&, \
                                  const ResultsOf<E>&);
NANOPNEUMO_INSTANTIATE(float)
NANOPNEUMO_INSTANTIATE(BFloat16)
#undef NANOPNEUMO_INSTANTIATE

}  // namespace nanopneumo::cpu::tiled
