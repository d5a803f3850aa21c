// y[n,k] = act(bias[k] + residual[n,k] + sum_c x[n,c] w[c,k]), dx = dy w^T,
// dw = x^T dy, db[k] = sum_n dy[n,k], on tensor cores
#include "kernels/cuda/column_sums.h"
#include "kernels/cuda/tensor_core_ops.h"

namespace nanopneumo::GPU_NAMESPACE {

template <class Math>
void TensorCoreOps<Math>::dense_forward(Stream& stream, const DenseDims& d, const float* x,
                                        const float* w, const Epilogue<float>& epilogue, float* y) {
  matmul(stream, {d.N, d.K, d.C}, x, w, epilogue, y);
}

template <class Math>
void TensorCoreOps<Math>::dense_input_gradient(Stream& stream, const DenseDims& d, const float* w,
                                               const float* dy, float* dx) {
  matmul_transposed_b(stream, {d.N, d.C, d.K}, dy, w, dx);
}

template <class Math>
void TensorCoreOps<Math>::dense_weight_gradient(Stream& stream, const DenseDims& d, const float* x,
                                                const float* dy, float* dw, float* db) {
  matmul_transposed_a(stream, {d.C, d.K, d.N}, x, dy, dw);
  if (db) column_sums(stream, {d.N, d.K}, dy, db);
}

#define INSTANTIATE(Math)                                                                          \
  template void TensorCoreOps<Math>::dense_forward(Stream&, const DenseDims&, const float*,        \
                                                   const float*, const Epilogue<float>&, float*);  \
  template void TensorCoreOps<Math>::dense_input_gradient(Stream&, const DenseDims&, const float*, \
                                                          const float*, float*);                   \
  template void TensorCoreOps<Math>::dense_weight_gradient(                                        \
      Stream&, const DenseDims&, const float*, const float*, float*, float*);
INSTANTIATE(Tf32)
INSTANTIATE(Bf16)

}  // namespace nanopneumo::GPU_NAMESPACE
