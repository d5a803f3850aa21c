// Keras' ways of saying how a window slides.
#pragma once

#include <string>
#include <string_view>

#include "kernels/dims.h"
#include "tensor/shape.h"

namespace nanopneumo {

/// Keras' padding="valid" and padding="same".
enum class PaddingMode { valid, same };

/// Height and width of a kernel or stride; one number means both.
struct Size2D {
  int height = 1, width = 1;
  constexpr Size2D() = default;
  constexpr Size2D(int both) : height(both), width(both) {}  // NOLINT: meant to convert
  constexpr Size2D(int h, int w) : height(h), width(w) {}
};

/// The window for an image of shape (H, W, C).
/// valid: no padding. same (TensorFlow): out = ceil(in / stride),
/// total = max((out - 1) * stride + kernel - in, 0), the odd pixel at the bottom and right.
/// Throws ShapeError, naming `layer`, where no output pixel would be left.
Window make_window(std::string_view layer, const Shape& image, Size2D kernel, Size2D strides,
                   PaddingMode padding);

/// "3x3 64 /2": kernel, `what` it is or how many filters it has, and the strides where they are not 1.
std::string window_caption(Size2D kernel, std::string_view what, Size2D strides);

}  // namespace nanopneumo
