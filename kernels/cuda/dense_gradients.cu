// dx = dy w^T
// dw = x^T dy; db[k] = sum_n dy[n,k]
#include "kernels/cuda/column_sums.h"
#include "kernels/cuda/matmul.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {

void dense_input_gradient(Stream& stream, const DenseDims& d, const float* w, const float* dy,
                          float* dx) {
  matmul_transposed_b(stream, {d.N, d.C, d.K}, dy, w, dx);
}

void dense_weight_gradient(Stream& stream, const DenseDims& d, const float* x, const float* dy,
                           float* dw, float* db) {
  matmul_transposed_a(stream, {d.C, d.K, d.N}, x, dy, dw);
  if (db) column_sums(stream, {d.N, d.K}, dy, db);
}

}  // namespace nanopneumo::GPU_NAMESPACE
