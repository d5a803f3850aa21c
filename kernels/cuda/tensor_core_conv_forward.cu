// y[n,p,q,k] = act(bias[k] + residual[n,p,q,k] + sum_{r,s,c} x[n, p*stride_h + r - pad.top,
//              q*stride_w + s - pad.left, c] * w[r,s,c,k]), on tensor cores
#include "kernels/cuda/gemm/convolution.h"
#include "kernels/cuda/gemm/tensor_core_gemm.h"
#include "kernels/cuda/gemm/tensor_core_math.h"
#include "kernels/cuda/tensor_core_ops.h"

namespace nanopneumo::GPU_NAMESPACE {

template <class Math>
void TensorCoreOps<Math>::conv_forward(Stream& stream, const ConvDims& d, const float* x,
                                       const float* w, const Epilogue<float>& epilogue, float* y) {
  if (is_matmul(d)) return matmul(stream, forward_size(d), x, w, epilogue, y);
  const ConvDims padded = Math::channels(d);
  const GemmSize size = forward_size(padded);
  const GemmPlan plan = plan_tensor_cores(size, true);
  Math::with_operands(stream, image_source(x, d.input_size() / d.C, d.C), weight_source(d, w),
                      room_for_parts(plan, size, d.K),
                      [&](auto vector, const auto* image, const auto* weights, float* sums) {
                        constexpr int kVector = decltype(vector)::value;
                        tensor_core_gemm(stream, plan, size, patches_by_tap<kVector>(padded, image),
                                         weights_by_filter<kVector>(size, weights),
                                         output(y, d.K, epilogue), sums);
                      });
}

#define INSTANTIATE(Math)                                                                 \
  template void TensorCoreOps<Math>::conv_forward(Stream&, const ConvDims&, const float*, \
                                                  const float*, const Epilogue<float>&, float*);
INSTANTIATE(Tf32)
INSTANTIATE(Bf16)

}  // namespace nanopneumo::GPU_NAMESPACE
