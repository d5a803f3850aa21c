#include "kernels/cpu/tiled/scaled_product.h"

#include "kernels/cpu/tiled/convolution.h"
#include "kernels/cpu/vector_bfloat16.h"

namespace nanopneumo::cpu::tiled {
namespace {

/// Whether an image has so many pixels that to scale its own copy of the weights, K for each channel, is less work than to
/// scale the pixels. Weights of bfloat16 would be rounded a second time.
bool pays_to_scale_weights(const Images& images, const Filter& pointwise) {
  return images.pixels >= 4 * pointwise.K();
}
bool pays_to_scale_weights(const Images&, const BFloat16Filter&) { return false; }

/// Image by image, with weights of its own.
void scale_weights(Stream& stream, const Images& images, ConstRows x, ConstRows s,
                   const Filter& pointwise, const Results& results) {
  const int K = pointwise.K();
  auto* packed = static_cast<float*>(cpu_stream(stream).workspace(
      scaled_product_workspace_bytes<float>(stream, images, pointwise)));
  for (int n = 0; n < images.N; ++n) {
    parallel_for(stream, panels(K), [&, gate = s.data + n * s.stride](std::int64_t p) {
      scale_panel(pointwise, static_cast<int>(p), gate, packed);
    });
    const std::int64_t first = n * images.pixels;
    forward<float>(stream, {1, static_cast<int>(images.pixels), 1, images.C, K, {}},
                   {x.data + first * x.stride, x.stride}, Filter({}, images.C, K, packed),
                   results.from(first), nullptr);
  }
}

template <class E>
void scale_pixels(Stream& stream, const Images& images, RowsOf<const E> x, RowsOf<const E> s,
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

}  // namespace

template <class E>
std::size_t scaled_product_workspace_bytes(Stream& stream, const Images& images,
                                           const FilterOf<E>& pointwise) {
  return pays_to_scale_weights(images, pointwise)
             ? pointwise.bytes()
             : made_pixels_workspace_bytes<E>(stream, images.C, pointwise);
}

template <class E>
void scaled_product(Stream& stream, const Images& images, RowsOf<const E> x, RowsOf<const E> s,
                    const FilterOf<E>& pointwise, const ResultsOf<E>& results) {
  if constexpr (std::is_same_v<E, float>)
    if (pays_to_scale_weights(images, pointwise))
      return scale_weights(stream, images, x, s, pointwise, results);
  scale_pixels<E>(stream, images, x, s, pointwise, results);
}

#define NANOPNEUMO_INSTANTIATE(E)                                                        \
  template std::size_t scaled_product_workspace_bytes<E>(Stream&, const Images&,         \
                                                         const FilterOf<E>&);            \
  template void scaled_product(Stream&, const Images&, RowsOf<const E>, RowsOf<const E>, \
                               const FilterOf<E>&, const ResultsOf<E>&);
NANOPNEUMO_INSTANTIATE(float)
NANOPNEUMO_INSTANTIATE(BFloat16)
#undef NANOPNEUMO_INSTANTIATE

}  // namespace nanopneumo::cpu::tiled
