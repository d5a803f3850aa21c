#include "kernels/cpu/tiled/scaled_product.h"

namespace nanopneumo::cpu::tiled {

void scaled_product(Stream& stream, const Images& images, ConstRows x, ConstRows s,
                    const Filter& pointwise, const Results& results) {
  const auto make = [=, C = images.C](const Range& piece, Rows rows) {
    const float* from = x.data + piece.begin * x.stride;
    float* to = rows.data;
    for (std::int64_t i = piece.begin; i < piece.end; ++i, from += x.stride, to += rows.stride) {
      const float* gate = s.data + i / images.pixels * s.stride;
#pragma omp simd
      for (int c = 0; c < C; ++c) to[c] = from[c] * gate[c];
    }
  };
  multiply_made_pixels(stream, images, make, pointwise, results);
}

}  // namespace nanopneumo::cpu::tiled
