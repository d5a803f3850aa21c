#include "kernels/cpu/tiled/affine_product.h"

#include "kernels/cpu/activation.h"

namespace nanopneumo::cpu::tiled {

void affine_product(Stream& stream, const Images& images, ConstRows x, const Affine& affine,
                    const Filter& pointwise, const Results& results) {
  with_activation(affine.activation, [&](auto f) {
    const auto make = [f, C = images.C, x, a = affine.scale.data(), b = affine.shift.data()](
                          const Range& piece, Rows rows) {
      const float* from = x.data + piece.begin * x.stride;
      float* to = rows.data;
      for (std::int64_t i = piece.begin; i < piece.end; ++i, from += x.stride, to += rows.stride)
#pragma omp simd
        for (int c = 0; c < C; ++c) to[c] = f(from[c] * a[c] + b[c]);
    };
    multiply_made_pixels(stream, images, make, pointwise, results);
  });
}

}  // namespace nanopneumo::cpu::tiled
