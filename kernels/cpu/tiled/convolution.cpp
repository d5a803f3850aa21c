#include "kernels/cpu/tiled/convolution.h"

#include "kernels/cpu/parallel.h"
#include "kernels/cpu/tiled/bands.h"

namespace nanopneumo::cpu::tiled {

template <class E>
std::size_t workspace_bytes(Stream& stream, const ConvDims& dims, std::int64_t x_stride) {
  return static_cast<std::size_t>(BandsOf<E>(dims, x_stride, kBandPixels<E>).copy_size()) *
         static_cast<std::size_t>(cpu_stream(stream).threads()) * sizeof(E);
}

template <class E>
void forward(Stream& stream, const ConvDims& dims, RowsOf<const E> x, const FilterOf<E>& filter,
             const ResultsOf<E>& results, E* memory) {
  const BandsOf<E> bands(dims, x.stride, kBandPixels<E>);
  parallel_pieces(stream, bands.rows(), bands.most_rows(), [&](const Range& piece, int thread) {
    for (std::int64_t row = piece.begin; row < piece.end;) {
      const BandOf<E> band =
          bands.take(x.data, row, piece.end, memory + thread * bands.copy_size());
      multiply(filter, band.windows, band.runs, band.run_step, band.pixels,
               results.from(band.first));
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
