// dx[n,h,w,c] = sum over the p,q,r,s with p*stride_h + r - pad.top = h and likewise for w of
//               dy[n,p,q,k] * w[r,s,c,k], summed over k
// dw[r,s,c,k] = sum_{n,p,q} x[n, p*stride_h + r - pad.top, q*stride_w + s - pad.left, c]
//               * dy[n,p,q,k]
// db[k] = sum_{n,p,q} dy[n,p,q,k]
#include "kernels/cpu/bias_gradient.h"
#include "kernels/cpu/convolution.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/tiled/convolution.h"
#include "kernels/cpu/tiled/few_weights_gradient.h"
#include "kernels/cpu/tiled/input_gradient.h"
#include "kernels/cpu/tiled/weight_gradient.h"
#include "kernels/cpu/winograd/winograd.h"

namespace nanopneumo::cpu {
namespace {

std::int64_t output_pixels(const ConvDims& d) { return std::int64_t{d.N} * d.P() * d.Q(); }

/// Whether dw is the product x^T dy, and faster computed so than by oneDNN's convolution: by up to a third while
/// there are few pixels.
bool is_fast_product(const ConvDims& d) {
  constexpr int kMostPixels = 1 << 15;
  return is_product(d.window) && output_pixels(d) <= kMostPixels;
}

}  // namespace

void conv_input_gradient(Stream& stream, const ConvDims& dims, const float* w, const float* dy,
                         float* dx) {
  if (winograd::pays(dims)) return winograd::input_gradient(stream, dims, w, dy, dx);
  if (tiled::kBeatsOneDnn && tiled::has_input_gradient(dims))
    return tiled::input_gradient(stream, dims, w, dy, dx);
  convolution_input_gradient(cpu_stream(stream), PrimitiveKind::conv_input_gradient,
                             convolution_problem(dims), w, dy, dx);
}

void conv_weight_gradient(Stream& stream, const ConvDims& dims, const float* x, const float* dy,
                          float* dw, float* db) {
  if (winograd::pays(dims)) return winograd::weight_gradient(stream, dims, x, dy, dw, db);
  if (tiled::kBeatsOneDnn) {
    const auto by_tiles =
        tiled::has_few_weights(dims) ? tiled::few_weights_gradient : tiled::weight_gradient;
    return by_tiles(stream, dims, x, dy, dw, db);
  }
  if (is_fast_product(dims))
    return dense_weight_gradient(stream, {static_cast<int>(output_pixels(dims)), dims.C, dims.K}, x,
                                 dy, dw, db);
  const auto by_onednn =
      skips_pixels(dims.window) ? skipping_weight_gradient : convolution_weight_gradient;
  by_onednn(cpu_stream(stream), PrimitiveKind::conv_weight_gradient, convolution_problem(dims), x,
            dy, dw);
  if (db) bias_gradient(stream, {output_pixels(dims), dims.K}, dy, db);
}

}  // namespace nanopneumo::cpu
