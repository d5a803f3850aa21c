#include "kernels/cpu/tiled/affine_product.h"

#include "kernels/cpu/activation.h"
#include "kernels/cpu/vector_bfloat16.h"

namespace nanopneumo::cpu::tiled {

template <class E>
void affine_product(Stream& stream, const Images& images, RowsOf<const E> x, const Affine& affine,
                    const FilterOf<E>& pointwise, const ResultsOf<E>& results) {
  with_activation(affine.activation, [&](auto f) {
    const auto make = [f, C = images.C, x, a = affine.scale.data(), b = affine.shift.data()](
                          const Range& piece, RowsOf<E> rows) {
      const E* from = x.data + piece.begin * x.stride;
      E* to = rows.data;
      for (std::int64_t i = piece.begin; i < piece.end; ++i, from += x.stride, to += rows.stride)
        for (int c = 0, rest = C; rest > 0; c += kLanes, rest -= kLanes) {
          const Vec scale = load_up_to(a + c, rest), shift = load_up_to(b + c, rest);
          store_up_to(to + c, f(fma(load_up_to(from + c, rest), scale, shift)), rest);
        }
    };
    multiply_made_pixels<E>(stream, images, make, pointwise, results);
  });
}

template void affine_product(Stream&, const Images&, RowsOf<const float>, const Affine&,
                             const FilterOf<float>&, const ResultsOf<float>&);
template void affine_product(Stream&, const Images&, RowsOf<const BFloat16>, const Affine&,
                             const FilterOf<BFloat16>&, const ResultsOf<BFloat16>&);

}  // namespace nanopneumo::cpu::tiled
