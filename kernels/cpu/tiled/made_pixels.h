// 1x1 convolutions of pixels that are made when they are read: some of them at a time, which the caches hold until they
// have been multiplied.
#pragma once

#include "kernels/cpu/parallel.h"
#include "kernels/cpu/tiled/products.h"

namespace nanopneumo::cpu::tiled {

/// N images of `pixels` pixels of C channels.
struct Images {
  int N;
  std::int64_t pixels;
  int C;
};

/// What multiply_made_pixels takes from the stream's workspace, in bytes.
template <class E>
std::size_t made_pixels_workspace_bytes(Stream& stream, int C, const FilterOf<E>& pointwise) {
  return static_cast<std::size_t>(odd_lines<E>(C) * band_of_made_pixels(pointwise) *
                                  cpu_stream(stream).threads()) *
         sizeof(E);
}

/// y = activation(pointwise(made pixels) + residual), where make(piece, rows) writes the channels of the pixels
/// [piece.begin, piece.end), counted through all images and at most band_of_made_pixels, to `rows`. y may be the residual.
template <class E, class Make>
void multiply_made_pixels(Stream& stream, const Images& images, const Make& make,
                          const FilterOf<E>& pointwise, const ResultsOf<E>& results) {
  const std::int64_t stride = odd_lines<E>(images.C);
  const int band = band_of_made_pixels(pointwise);
  auto* memory = static_cast<E*>(
      cpu_stream(stream).workspace(made_pixels_workspace_bytes<E>(stream, images.C, pointwise)));
  parallel_pieces(stream, images.N * images.pixels, band, [&](const Range& piece, int thread) {
    E* own = memory + thread * band * stride;
    make(piece, RowsOf<E>{own, stride});
    multiply(pointwise, WindowsOf<E>{own, stride}, {piece.end - piece.begin},
             results.from(piece.begin));
  });
}

}  // namespace nanopneumo::cpu::tiled
