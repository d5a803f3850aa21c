#include "kernels/cpu/tiled/convolution.h"

#include <type_traits>

#include "kernels/cpu/parallel.h"
#include "kernels/cpu/tiled/bands.h"

namespace nanopneumo::cpu::tiled {

namespace {

template <class E>
BandsOf<E> bands_of(const ConvDims& dims, std::int64_t x_stride) {
  const Window& w = dims.window;
  BandsOf<E> bands(dims, x_stride, band_pixels<E>(std::int64_t{w.stride_h} * w.stride_w * dims.C));
  bands.join_images();
  if constexpr (std::is_same_v<E, BFloat16>)
    if (BFloat16Filter::columns_fill_tiles(dims.C)) bands.leave_gaps(odd_lines<E>(dims.C));
  return bands;
}

/// Few products are done before other threads have begun: those of a gate's dense layers.
bool is_worth_a_team(const ConvDims& d) {
  constexpr std::int64_t kProducts = 256 * 1024;
  return d.output_size() * d.window.R * d.window.S * d.C > kProducts;
}

}  // namespace

template <class E>
std::size_t workspace_bytes(Stream& stream, const ConvDims& dims, std::int64_t x_stride) {
  return static_cast<std::size_t>(bands_of<E>(dims, x_stride).copy_size()) *
         static_cast<std::size_t>(cpu_stream(stream).threads()) * sizeof(E);
}

template <class E>
void forward(Stream& stream, const ConvDims& dims, RowsOf<const E> x, const FilterOf<E>& filter,
             const ResultsOf<E>& results, E* memory) {
  const BandsOf<E> bands = bands_of<E>(dims, x.stride);
  const std::int64_t rows = bands.rows(),
                     threads = is_worth_a_team(dims) ? cpu_stream(stream).threads() : 1;
  const std::int64_t most =
      std::min<std::int64_t>(bands.most_rows(), (rows + threads - 1) / threads);
  parallel_pieces(static_cast<int>(threads), rows, most, [&](const Range& piece, int thread) {
    for (std::int64_t row = piece.begin; row < piece.end;) {
      const BandOf<E> band =
          bands.take(x.data, row, piece.end, memory + thread * bands.copy_size());
      multiply(filter, band.windows, band.grid, results.from(band.first));
    }
  });
}

template <class E>
void forward(Stream& stream, const ConvDims& dims, RowsOf<const E> x, const FilterOf<E>& filter,
             const ResultsOf<E>& results) {
  void* memory = cpu_stream(stream).workspace(workspace_bytes<E>(stream, dims, x.stride));
  forward<E>(stream, dims, x, filter, results, static_cast<E*>(memory));
}

void forward(Stream& stream, const ConvDims& d, const float* x, const float* w,
             const Epilogue<float>& epilogue, float* y) {
  const std::int64_t floats = Filter::floats(d.window, d.C, d.K);
  auto* packed = static_cast<float*>(cpu_stream(stream).workspace(
      static_cast<std::size_t>(floats) * sizeof(float) + workspace_bytes<float>(stream, d, d.C)));
  parallel_for(stream, panels(d.K), [&](std::int64_t p) {
    pack_panel(d.window, d.C, d.K, static_cast<int>(p), w, epilogue.bias, packed);
  });
  forward<float>(stream, d, {x, d.C}, Filter(d.window, d.C, d.K, packed),
                 {{y, d.K}, {epilogue.residual, d.K}, epilogue.activation}, packed + floats);
}

#define NANOPNEUMO_INSTANTIATE(E)                                                      \
  template std::size_t workspace_bytes<E>(Stream&, const ConvDims&, std::int64_t);     \
  template void forward(Stream&, const ConvDims&, RowsOf<const E>, const FilterOf<E>&, \
                        const ResultsOf<E>&, E*);                                      \
  template void forward(Stream&, const ConvDims&, RowsOf<const E>, const FilterOf<E>&, \
                        const ResultsOf<E>&);
NANOPNEUMO_INSTANTIATE(float)
NANOPNEUMO_INSTANTIATE(BFloat16)
#undef NANOPNEUMO_INSTANTIATE

}  // namespace nanopneumo::cpu::tiled
