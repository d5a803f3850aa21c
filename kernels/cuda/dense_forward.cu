// y[n,k] = act(bias[k] + residual[n,k] + sum_c x[n,c] w[c,k])
#include "kernels/cuda/matmul.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {

void dense_forward(Stream& stream, const DenseDims& d, const float* x, const float* w,
                   const Epilogue<float>& epilogue, float* y) {
  matmul(stream, {d.N, d.K, d.C}, x, w, epilogue, y);
}

}  // namespace nanopneumo::GPU_NAMESPACE
