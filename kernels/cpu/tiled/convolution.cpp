#include "kernels/cpu/tiled/convolution.h"

#include "kernels/cpu/parallel.h"
#include "kernels/cpu/tiled/bands.h"

namespace nanopneumo::cpu::tiled {

std::size_t workspace_bytes(Stream& stream, const ConvDims& dims, std::int64_t x_stride) {
  return static_cast<std::size_t>(Bands(dims, x_stride, kBandPixels).floats()) *
         static_cast<std::size_t>(cpu_stream(stream).threads()) * sizeof(float);
}

void forward(Stream& stream, const ConvDims& dims, ConstRows x, const Filter& filter,
             const Results& results, float* memory) {
  const Bands bands(dims, x.stride, kBandPixels);
  parallel_pieces(stream, bands.rows(), bands.most_rows(), [&](const Range& piece, int thread) {
    for (std::int64_t row = piece.begin; row < piece.end;) {
      const Band band = bands.take(x.data, row, piece.end, memory + thread * bands.floats());
      multiply(filter, band.windows, band.runs, band.run_step, band.pixels,
               results.from(band.first));
    }
  });
}

void forward(Stream& stream, const ConvDims& dims, ConstRows x, const Filter& filter,
             const Results& results) {
  void* memory = cpu_stream(stream).workspace(workspace_bytes(stream, dims, x.stride));
  forward(stream, dims, x, filter, results, static_cast<float*>(memory));
}

void forward(Stream& stream, const ConvDims& d, const float* x, const float* w,
             const Epilogue<float>& epilogue, float* y) {
  const std::int64_t floats = Filter::floats(d.window, d.C, d.K);
  auto* packed = static_cast<float*>(cpu_stream(stream).workspace(
      static_cast<std::size_t>(floats) * sizeof(float) + workspace_bytes(stream, d, d.C)));
  parallel_for(stream, panels(d.K), [&](std::int64_t p) {
    pack_panel(d.window, d.C, d.K, static_cast<int>(p), w, epilogue.bias, packed);
  });
  forward(stream, d, {x, d.C}, Filter(d.window, d.C, d.K, packed),
          {{y, d.K}, {epilogue.residual, d.K}, epilogue.activation}, packed + floats);
}

}  // namespace nanopneumo::cpu::tiled
