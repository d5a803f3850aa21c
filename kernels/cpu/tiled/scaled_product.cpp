#include "kernels/cpu/tiled/scaled_product.h"

#include "kernels/cpu/vector_bfloat16.h"

namespace nanopneumo::cpu::tiled {

template <class E>
void scaled_product(Stream& stream, const Images& images, RowsOf<const E> x, RowsOf<const E> s,
                    const FilterOf<E>& pointwise, const ResultsOf<E>& results) {
  const auto make = [=, C = images.C](const Range& piece, RowsOf<E> rows) {
    const E* from = x.data + piece.begin * x.stride;
    E* to = rows.data;
    for (std::int64_t i = piece.begin; i < piece.end; ++i, from += x.stride, to += rows.stride) {
      const E* gate = s.data + i / images.pixels * s.stride;
      for (int c = 0, rest = C; rest > 0; c += kLanes, rest -= kLanes)
        store_up_to(to + c, load_up_to(from + c, rest) * load_up_to(gate + c, rest), rest);
    }
  };
  multiply_made_pixels<E>(stream, images, make, pointwise, results);
}

template void scaled_product(Stream&, const Images&, RowsOf<const float>, RowsOf<const float>,
                             const FilterOf<float>&, const ResultsOf<float>&);
template void scaled_product(Stream&, const Images&, RowsOf<const BFloat16>, RowsOf<const BFloat16>,
                             const FilterOf<BFloat16>&, const ResultsOf<BFloat16>&);

}  // namespace nanopneumo::cpu::tiled
