#include "layers/window.h"

#include <fmt/format.h>

#include <algorithm>

#include "layers/layer.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

struct Sides {
  int before, after;
};

Sides same_padding(int in, int kernel, int stride) {
  const int out = (in + stride - 1) / stride;
  const int total = std::max((out - 1) * stride + kernel - in, 0);
  return {total / 2, total - total / 2};
}

}  // namespace

Window make_window(std::string_view layer, const Shape& image, Size2D kernel, Size2D strides,
                   PaddingMode padding) {
  if (kernel.height < 1 || kernel.width < 1 || strides.height < 1 || strides.width < 1)
    throw_shape_error("{}: kernel {}x{} and strides {}x{} must be positive", layer, kernel.height,
                      kernel.width, strides.height, strides.width);
  const int H = to_int(image[0]), W = to_int(image[1]);
  Window window{.R = kernel.height,
                .S = kernel.width,
                .stride_h = strides.height,
                .stride_w = strides.width,
                .pad = {}};
  if (padding == PaddingMode::same) {
    const Sides rows = same_padding(H, kernel.height, strides.height);
    const Sides columns = same_padding(W, kernel.width, strides.width);
    window.pad = {rows.before, rows.after, columns.before, columns.after};
  }
  if (H + window.pad.top + window.pad.bottom < window.R ||
      W + window.pad.left + window.pad.right < window.S)
    throw_shape_error("{}: a {}x{} window does not fit into an image of shape {}", layer, window.R,
                      window.S, image.str());
  return window;
}

std::string window_caption(Size2D kernel, std::string_view what, Size2D strides) {
  std::string text = fmt::format("{}x{} {}", kernel.height, kernel.width, what);
  if (strides.height != strides.width)
    text += fmt::format(" /{},{}", strides.height, strides.width);
  else if (strides.height != 1)
    text += fmt::format(" /{}", strides.height);
  return text;
}

}  // namespace nanopneumo
