// dx[n,h,w,c] = sum of dy[n,p,q,k] * w[r,s,c,k] over k and over the p,q,r,s with
//               p*stride_h + r - pad.top = h and q*stride_w + s - pad.left = w
#include "kernels/cuda/gemm/convolution.h"
#include "kernels/cuda/gemm/gemm.h"
#include "kernels/cuda/gemm/phases.h"
#include "kernels/cuda/matmul.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {

void conv_input_gradient(Stream& stream, const ConvDims& d, const float* w, const float* dy,
                         float* dx) {
  if (is_matmul(d)) {
    const GemmSize size = gemm_size(std::int64_t{d.N} * d.H * d.W, d.C, d.K);
    return matmul_transposed_b(stream, size, dy, w, dx);
  }
  with_vector(d.K % 4 == 0 && is_aligned16(dy) && is_aligned16(w), [&](auto vector) {
    for_each_phase<decltype(vector)::value>(
        d, w, dy, d.C,
        [&](const GemmSize& size, const auto& gradients, const auto& weights, const auto& pixels) {
          gemm(stream, size, gradients, weights, output(dx, d.C, pixels));
        });
  });
}

}  // namespace nanopneumo::GPU_NAMESPACE
