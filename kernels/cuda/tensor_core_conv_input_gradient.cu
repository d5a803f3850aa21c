// dx[n,h,w,c] = sum of dy[n,p,q,k] * w[r,s,c,k] over k and over the p,q,r,s with
//               p*stride_h + r - pad.top = h and q*stride_w + s - pad.left = w, on tensor cores
#include "kernels/cuda/gemm/convolution.h"
#include "kernels/cuda/gemm/phases.h"
#include "kernels/cuda/gemm/tensor_core_gemm.h"
#include "kernels/cuda/gemm/tensor_core_math.h"
#include "kernels/cuda/tensor_core_ops.h"

namespace nanopneumo::GPU_NAMESPACE {

template <class Math>
void TensorCoreOps<Math>::conv_input_gradient(Stream& stream, const ConvDims& d, const float* w,
                                              const float* dy, float* dx) {
  const std::int64_t pixels = d.output_size() / d.K;
  if (is_matmul(d)) return matmul_transposed_b(stream, gemm_size(pixels, d.C, d.K), dy, w, dx);
  const ConvDims padded = Math::channels(d);
  Math::with_operands(
      stream, image_source(dy, pixels, d.K), weight_source(d, w), 0,
      [&](auto vector, const auto* gradient, const auto* weights, float* sums) {
        for_each_phase<decltype(vector)::value>(
            padded, weights, gradient, d.C,
            [&](const GemmSize& size, const auto& a, const auto& b, const PhasePixels& rows) {
              tensor_core_gemm(stream, plan_tensor_cores(size, false), size, a, b,
                               output(dx, d.C, rows), sums);
            });
      });
}

#define INSTANTIATE(Math)                                                                        \
  template void TensorCoreOps<Math>::conv_input_gradient(Stream&, const ConvDims&, const float*, \
                                                         const float*, float*);
INSTANTIATE(Tf32)
INSTANTIATE(Bf16)

}  // namespace nanopneumo::GPU_NAMESPACE
