// From bytes to network input.
#include <array>
#include <vector>

#include "tensor/errors.h"
#include "tools/bench/operations.h"

namespace nanopneumo::bench {
namespace {

constexpr double kPerValue = 3;  // divide, subtract, divide

/// Throws InputError for what is neither gray nor RGB.
ImageDims picture_dims(const ShapeWords& words) {
  const ImageDims d = image_dims(words);
  if (d.C != 1 && d.C != 3)
    throw_input_error("the images of \"{}\" have {} channels; give C 1 (gray) or C 3 (RGB)",
                      words.str(), d.C);
  return d;
}

Operand pixels(const ImageDims& d) { return input_bytes("x", d.size(), whole_numbers(255)); }
std::int64_t output_size(const ImageDims& d) { return std::int64_t{d.N} * d.H * d.W * 3; }

OpCase normalize(const ShapeWords& words) {
  const ImageDims d = picture_dims(words);
  return {.operands = {pixels(d), output("y", output_size(d), {.relative = 6e-7})},
          .flops = kPerValue * static_cast<double>(output_size(d)),
          .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.normalize_image(stream, d, kTfPreprocessing, at.bytes("x"), at.floats("y"));
          }};
}

/// What the runs of the paper draw: a rotation, shifts, a zoom and a flip for each image.
std::vector<ImageTransform> transforms(const ImageDims& d) {
  std::vector<ImageTransform> all;
  for (int n = 0; n < d.N; ++n) {
    const double u = uniform(-1, 1)(n);
    all.push_back({.theta = 20 * u,
                   .tx = 0.1 * u * d.H,
                   .ty = -0.1 * u * d.W,
                   .shear = 10 * u,
                   .zx = 1 + 0.1 * u,
                   .zy = 1 - 0.1 * u,
                   .flip_horizontal = n % 2 == 1});
  }
  return all;
}

OpCase augment(const ShapeWords& words) {
  const ImageDims d = picture_dims(words);
  return {.operands = {pixels(d),
                       // 1e-4 of a level for each of the two implementations.
                       output("y", output_size(d), {.relative = 6e-7, .absolute = 2e-4 / 127.5})},
          // Two coordinates of four operations a pixel, an interpolation of six a value.
          .flops = (8.0 / 3 + 6 + kPerValue) * static_cast<double>(output_size(d)),
          .call = [d, t = transforms(d)](const Kernels<float>& ops, Stream& stream,
                                         const Addresses& at) {
            ops.augment_image(stream, d, kTfPreprocessing, t.data(), at.bytes("x"), at.floats("y"));
          }};
}

}  // namespace

std::span<const Operation> image_operations() {
  static const std::array kOperations = {
      Operation{"normalize_image", "N H W C", "N 1 H 250 W 250 C 1", normalize},
      Operation{"augment_image", "N H W C", "N 1 H 250 W 250 C 1", augment},
  };
  return kOperations;
}

}  // namespace nanopneumo::bench
