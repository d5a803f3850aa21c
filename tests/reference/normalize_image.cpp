#include "tests/reference/preprocess.h"
#include "tests/reference/reference_ops.h"

namespace nanopneumo::test::reference {

void normalize_image(Stream&, const ImageDims& d, const Preprocessing& preprocessing,
                     const std::uint8_t* x, double* y) {
  const std::int64_t pixels = std::int64_t{d.N} * d.H * d.W;
  for (std::int64_t i = 0; i < pixels; ++i) {
    double rgb[3];
    for (int c = 0; c < 3; ++c) rgb[c] = x[i * d.C + (d.C == 1 ? 0 : c)];
    preprocess_pixel(preprocessing, rgb, y + i * preprocessing.channels);
  }
}

}  // namespace nanopneumo::test::reference
