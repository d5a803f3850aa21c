// dx[n,c] = sum_k dy[n,k] w[c,k], that is dy w^T
// dw[c,k] = sum_n x[n,c] dy[n,k], that is x^T dy
// db[k]   = sum_n dy[n,k]
#include "kernels/cpu/bias_gradient.h"
#include "kernels/cpu/matmul.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/parallel.h"

namespace nanopneumo::cpu {

void dense_input_gradient(Stream& stream, const DenseDims& d, const float* w, const float* dy,
                          float* dx) {
  matmul(cpu_stream(stream), PrimitiveKind::dense_input_gradient,
         {.rows = d.N, .inner = d.K, .columns = d.C, .transpose_b = true}, dy, w, nullptr, dx);
}

void dense_weight_gradient(Stream& stream, const DenseDims& d, const float* x, const float* dy,
                           float* dw, float* db) {
  matmul(cpu_stream(stream), PrimitiveKind::dense_weight_gradient,
         {.rows = d.C, .inner = d.N, .columns = d.K, .transpose_a = true}, x, dy, nullptr, dw);
  if (db) bias_gradient(stream, {d.N, d.K}, dy, db);
}

}  // namespace nanopneumo::cpu
