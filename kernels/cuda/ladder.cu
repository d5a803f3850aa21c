// c = a b, and y = act(bias + residual + convolution of x with w), with each kernel of the ladder
#include "kernels/cuda/gemm/convolution.h"
#include "kernels/cuda/gemm/naive.h"
#include "kernels/cuda/gemm/shared_tiles.h"
#include "kernels/cuda/ladder.h"
#include "kernels/cuda/matmul.h"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/tensor_core_ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

/// The steps that read one element at a time.
template <class A, class B>
void scalar_step(GemmStep step, Stream& stream, const GemmSize& size, const A& a, const B& b,
                 const Output<ContiguousRows>& c) {
  if (step == GemmStep::naive)
    naive_gemm(stream, size, a, b, c);
  else
    shared_tiles_gemm(stream, size, a, b, c);
}

}  // namespace

void gemm_with(GemmStep step, Stream& stream, const GemmSize& size, const float* a, const float* b,
               float* c) {
  if (step == GemmStep::tensor_cores) return TensorCoreOps<Bf16>::matmul(stream, size, a, b, {}, c);
  if (step == GemmStep::register_tiles) return matmul(stream, size, a, b, {}, c);
  const Operand<Matrix<1>, Reduce::columns> left{{a, size.M, size.K}};
  const Operand<Matrix<1>, Reduce::rows> right{{b, size.K, size.N}};
  scalar_step(step, stream, size, left, right, output(c, size.N));
}

void conv_forward_with(GemmStep step, Stream& stream, const ConvDims& d, const float* x,
                       const float* w, const Epilogue<float>& epilogue, float* y) {
  if (step == GemmStep::tensor_cores)
    return TensorCoreOps<Bf16>::conv_forward(stream, d, x, w, epilogue, y);
  if (step == GemmStep::register_tiles) return conv_forward(stream, d, x, w, epilogue, y);
  const GemmSize size = forward_size(d);
  scalar_step(step, stream, size, patches_by_tap<1>(d, x), weights_by_filter<1>(size, w),
              output(y, d.K, epilogue));
}

}  // namespace nanopneumo::GPU_NAMESPACE
