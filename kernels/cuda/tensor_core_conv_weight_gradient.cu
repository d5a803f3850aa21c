// dw[r,s,c,k] = sum_{n,p,q} x[n, p*stride_h + r - pad.top, q*stride_w + s - pad.left, c]
//               * dy[n,p,q,k], on tensor cores
// db[k]       = sum_{n,p,q} dy[n,p,q,k], in float32
#include "kernels/cuda/column_sums.h"
#include "kernels/cuda/gemm/convolution.h"
#include "kernels/cuda/gemm/tensor_core_gemm.h"
#include "kernels/cuda/gemm/tensor_core_math.h"
#include "kernels/cuda/tensor_core_ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

template <class Math>
void patches_gradient(Stream& stream, const ConvDims& d, const float* x, const float* dy,
                      float* dw) {
  const ConvDims padded = Math::channels(d);
  const GemmSize forward = forward_size(padded);
  const GemmSize size{forward.K, forward.N, forward.M};
  const GemmPlan plan = plan_tensor_cores(size, true);
  const TapRows rows{FastDivisor(padded.C), d.C, d.K};
  Math::with_operands(
      stream, image_source(x, d.input_size() / d.C, d.C), image_source(dy, size.K, d.K),
      room_for_parts(plan, size, d.K),
      [&](auto vector, const auto* image, const auto* gradient, float* sums) {
        constexpr int kVector = decltype(vector)::value;
        using Element = std::remove_cvref_t<decltype(*image)>;
        const Operand<Patches<kVector, Element>, Reduce::rows> patches{
            patches_of<kVector>(padded, image)};
        const Operand<Matrix<kVector, Element>, Reduce::rows> gradients{{gradient, size.K, size.N}};
        tensor_core_gemm(stream, plan, size, patches, gradients, output(dw, d.K, rows), sums);
      });
}

}  // namespace

template <class Math>
void TensorCoreOps<Math>::conv_weight_gradient(Stream& stream, const ConvDims& d, const float* x,
                                               const float* dy, float* dw, float* db) {
  const GemmSize forward = forward_size(d);
  if (is_matmul(d))
    matmul_transposed_a(stream, {d.C, d.K, forward.M}, x, dy, dw);
  else
    patches_gradient<Math>(stream, d, x, dy, dw);
  if (db) column_sums(stream, {forward.M, d.K}, dy, db);
}

#define INSTANTIATE(Math)                                                                         \
  template void TensorCoreOps<Math>::conv_weight_gradient(Stream&, const ConvDims&, const float*, \
                                                          const float*, float*, float*);
INSTANTIATE(Tf32)
INSTANTIATE(Bf16)

}  // namespace nanopneumo::GPU_NAMESPACE
