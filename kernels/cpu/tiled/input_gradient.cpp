#include "kernels/cpu/tiled/input_gradient.h"

#include "kernels/cpu/parallel.h"
#include "kernels/cpu/tiled/convolution.h"

namespace nanopneumo::cpu::tiled {
namespace {

/// The convolution of dy whose result is dx: each dx[h, w] is in the windows of the R x S outputs before it.
ConvDims mirrored(const ConvDims& d) {
  const Window& w = d.window;
  const Padding2D pad{w.R - 1 - w.pad.top, w.R - 1 - w.pad.bottom, w.S - 1 - w.pad.left,
                      w.S - 1 - w.pad.right};
  return {d.N, d.P(), d.Q(), d.K, d.C, {w.R, w.S, 1, 1, pad}};
}

/// Pixels that no window reads get zeros.
void skipping_input_gradient(Stream& stream, const ConvDims& d, const Filter& filter,
                             const float* dy, float* dx) {
  const int P = d.P(), Q = d.Q();
  const std::int64_t row = std::int64_t{d.W} * d.C, skip = std::int64_t{d.window.stride_w} * d.C;
  parallel_for(stream, std::int64_t{d.N} * P, [&](std::int64_t i) {
    const std::int64_t n = i / P, p = i % P;
    const std::int64_t begin = p * d.window.stride_h;
    const std::int64_t end = p + 1 == P ? d.H : begin + d.window.stride_h;
    float* to = dx + (n * d.H + begin) * row;
    std::fill_n(to, (end - begin) * row, 0.0f);
    multiply(filter, WindowsOf<float>{dy + i * Q * d.K, d.K}, {Q},
             Results{{to, skip}, {}, Activation::none});
  });
}

}  // namespace

bool has_input_gradient(const ConvDims& d) {
  const Window& w = d.window;
  return skips_pixels(w) ||
         (w.stride_h == 1 && w.stride_w == 1 && std::max(w.pad.top, w.pad.bottom) < w.R &&
          std::max(w.pad.left, w.pad.right) < w.S);
}

void input_gradient(Stream& stream, const ConvDims& d, const float* w, const float* dy, float* dx) {
  const bool skips = skips_pixels(d.window);
  const ConvDims of_dy = mirrored(d);
  const std::int64_t floats = Filter::floats(d.window, d.K, d.C);
  const std::size_t more = skips ? 0 : workspace_bytes<float>(stream, of_dy, d.K);
  auto* packed = static_cast<float*>(
      cpu_stream(stream).workspace(static_cast<std::size_t>(floats) * sizeof(float) + more));
  parallel_for(stream, panels(d.C), [&](std::int64_t p) {
    pack_mirrored_panel(d.window, d.C, d.K, static_cast<int>(p), w, packed);
  });
  const Filter filter(d.window, d.K, d.C, packed);
  if (skips) return skipping_input_gradient(stream, d, filter, dy, dx);
  forward<float>(stream, of_dy, {dy, d.K}, filter, {{dx, d.C}, {}, Activation::none},
                 packed + floats);
}

}  // namespace nanopneumo::cpu::tiled
