// y[n,p,q,k] = act(bias[k] + residual[n,p,q,k] + sum_{r,s,c} x[n, p*stride_h + r - pad.top,
//              q*stride_w + s - pad.left, c] * w[r,s,c,k])
#include "kernels/cuda/gemm/convolution.h"
#include "kernels/cuda/gemm/gemm.h"
#include "kernels/cuda/matmul.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {

void conv_forward(Stream& stream, const ConvDims& d, const float* x, const float* w,
                  const Epilogue<float>& epilogue, float* y) {
  const GemmSize size = forward_size(d);
  if (is_matmul(d)) return matmul(stream, size, x, w, epilogue, y);
  with_vector(loads_by_four(d, x, w), [&](auto vector) {
    constexpr int kVector = decltype(vector)::value;
    gemm(stream, size, patches_by_tap<kVector>(d, x), weights_by_filter<kVector>(size, w),
         output(y, d.K, epilogue));
  });
}

}  // namespace nanopneumo::GPU_NAMESPACE
