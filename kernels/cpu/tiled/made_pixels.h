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

/// Floats of a pixel of C channels in scratch memory: a register more than it needs, so that neighbours do not fall into
/// the same few sets of the first-level cache.
inline std::int64_t made_pixel_floats(int C) {
  return std::int64_t{(C + kLanes - 1) / kLanes + 1} * kLanes;
}

/// What multiply_made_pixels takes from the stream's workspace, in bytes.
inline std::size_t made_pixels_workspace_bytes(Stream& stream, int C) {
  return static_cast<std::size_t>(made_pixel_floats(C) * kBandPixels *
                                  cpu_stream(stream).threads()) *
         sizeof(float);
}

/// y = activation(pointwise(made pixels) + residual), where make(piece, rows) writes the channels of the pixels
/// [piece.begin, piece.end), counted through all images and at most kBandPixels, to `rows`. y may be the residual.
template <class Make>
void multiply_made_pixels(Stream& stream, const Images& images, const Make& make,
                          const Filter& pointwise, const Results& results) {
  const std::int64_t stride = made_pixel_floats(images.C);
  auto* memory = static_cast<float*>(
      cpu_stream(stream).workspace(made_pixels_workspace_bytes(stream, images.C)));
  parallel_pieces(stream, images.N * images.pixels, kBandPixels,
                  [&](const Range& piece, int thread) {
                    float* own = memory + thread * kBandPixels * stride;
                    make(piece, Rows{own, stride});
                    multiply(pointwise, {own, stride, 0}, 1, 0, piece.end - piece.begin,
                             results.from(piece.begin));
                  });
}

}  // namespace nanopneumo::cpu::tiled
