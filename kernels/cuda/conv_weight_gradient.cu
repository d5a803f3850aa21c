// dw[r,s,c,k] = sum_{n,p,q} x[n, p*stride_h + r - pad.top, q*stride_w + s - pad.left, c]
//               * dy[n,p,q,k]
// db[k]       = sum_{n,p,q} dy[n,p,q,k]
#include "kernels/cuda/column_sums.h"
#include "kernels/cuda/gemm/convolution.h"
#include "kernels/cuda/gemm/gemm.h"
#include "kernels/cuda/matmul.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {

void conv_weight_gradient(Stream& stream, const ConvDims& d, const float* x, const float* dy,
                          float* dw, float* db) {
  const GemmSize forward = forward_size(d);
  const GemmSize size{forward.K, forward.N, forward.M};
  if (is_matmul(d)) {
    matmul_transposed_a(stream, size, x, dy, dw);
  } else {
    with_vector(loads_by_four(d, x, dy), [&](auto vector) {
      constexpr int kVector = decltype(vector)::value;
      const Operand<Patches<kVector>, Reduce::rows> patches{patches_of<kVector>(d, x)};
      const Operand<Matrix<kVector>, Reduce::rows> gradients{{dy, size.K, size.N}};
      gemm(stream, size, patches, gradients, output(dw, d.K));
    });
  }
  if (db) column_sums(stream, {size.K, d.K}, dy, db);
}

}  // namespace nanopneumo::GPU_NAMESPACE
