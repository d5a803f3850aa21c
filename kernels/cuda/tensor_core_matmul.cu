// c[m,n] = sum_k a[m,k] b[k,n], where a or b may be given transposed, on tensor cores
#include "kernels/cuda/gemm/tensor_core_gemm.h"
#include "kernels/cuda/gemm/tensor_core_math.h"
#include "kernels/cuda/tensor_core_ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

/// a: rows_a x columns_a in memory, and so is b; `size` is that of the padded product.
template <class Math, Reduce kReduceA, Reduce kReduceB>
void product(Stream& stream, const GemmSize& size, const Source& a, const Source& b,
             const Output<ContiguousRows>& output) {
  const GemmPlan plan = plan_tensor_cores(size, true);
  const std::int64_t room = room_for_parts(plan, size, output.columns);
  const auto operand = [](auto vector, auto reduce, const auto* data, const Source& source) {
    using Element = std::remove_cvref_t<decltype(*data)>;
    using View = Matrix<decltype(vector)::value, Element>;
    return Operand<View, decltype(reduce)::value>{
        {data, source.dims.rows, Math::channels(source.dims.columns)}};
  };
  constexpr std::integral_constant<Reduce, kReduceA> reduce_a;
  constexpr std::integral_constant<Reduce, kReduceB> reduce_b;
  Math::with_operands(stream, a, b, room,
                      [&](auto vector, const auto* data_a, const auto* data_b, float* sums) {
                        tensor_core_gemm(stream, plan, size, operand(vector, reduce_a, data_a, a),
                                         operand(vector, reduce_b, data_b, b), output, sums);
                      });
}

Source matrix(const float* data, int rows, int columns) {
  return {data, padded_columns(rows, columns)};
}

}  // namespace

template <class Math>
void TensorCoreOps<Math>::matmul(Stream& stream, const GemmSize& size, const float* a,
                                 const float* b, const Epilogue<float>& epilogue, float* c) {
  const GemmSize padded{size.M, size.N, Math::channels(size.K)};
  product<Math, Reduce::columns, Reduce::rows>(stream, padded, matrix(a, size.M, size.K),
                                               matrix(b, size.K, size.N),
                                               output(c, size.N, epilogue));
}

template <class Math>
void TensorCoreOps<Math>::matmul_transposed_b(Stream& stream, const GemmSize& size, const float* a,
                                              const float* b, float* c) {
  const GemmSize padded{size.M, size.N, Math::channels(size.K)};
  product<Math, Reduce::columns, Reduce::columns>(stream, padded, matrix(a, size.M, size.K),
                                                  matrix(b, size.N, size.K), output(c, size.N));
}

template <class Math>
void TensorCoreOps<Math>::matmul_transposed_a(Stream& stream, const GemmSize& size, const float* a,
                                              const float* b, float* c) {
  product<Math, Reduce::rows, Reduce::rows>(stream, size, matrix(a, size.K, size.M),
                                            matrix(b, size.K, size.N), output(c, size.N));
}

#define INSTANTIATE(Math)                                                                         \
  template void TensorCoreOps<Math>::matmul(Stream&, const GemmSize&, const float*, const float*, \
                                            const Epilogue<float>&, float*);                      \
  template void TensorCoreOps<Math>::matmul_transposed_b(Stream&, const GemmSize&, const float*,  \
                                                         const float*, float*);                   \
  template void TensorCoreOps<Math>::matmul_transposed_a(Stream&, const GemmSize&, const float*,  \
                                                         const float*, float*);
INSTANTIATE(Tf32)
INSTANTIATE(Bf16)

}  // namespace nanopneumo::GPU_NAMESPACE
