// c[m,n] = sum_k a[m,k] b[k,n], where a or b may be given transposed
#include "kernels/cuda/gemm/gemm.h"
#include "kernels/cuda/matmul.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

/// A matrix in memory, and which way the product reduces it.
struct Factor {
  const float* data;
  int rows, columns;

  bool by_four() const { return columns % 4 == 0 && is_aligned16(data); }
  template <int kVector, Reduce kReduce>
  Operand<Matrix<kVector>, kReduce> operand() const {
    return {{data, rows, columns}};
  }
};

bool is_empty(const Epilogue<float>& epilogue) {
  return !epilogue.bias && !epilogue.residual && epilogue.activation == Activation::none;
}

/// c = epilogue(c), after a library's product.
__global__ void epilogue_kernel(std::int64_t elements, int columns, Epilogue<float> epilogue,
                                float* c) {
  const std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i < elements) c[i] = apply(epilogue, c[i], i, static_cast<int>(i % columns));
}

void finish(Stream& stream, const GemmSize& size, const Epilogue<float>& epilogue, float* c) {
  constexpr int kThreads = 256;
  const std::int64_t elements = std::int64_t{size.M} * size.N;
  launch(stream, KERNEL(epilogue_kernel), dim3(static_cast<unsigned>(ceil_div(elements, kThreads))),
         kThreads, 0, elements, size.N, epilogue, c);
}

template <Reduce kReduceA, Reduce kReduceB>
void product(Stream& stream, const GemmSize& size, const Factor& a, const Factor& b,
             const Epilogue<float>& epilogue, float* c) {
  if (LibraryGemm* library = gpu_stream(stream).library_gemm()) {
    library->multiply({size.M, size.N, size.K, a.data, b.data, kReduceA == Reduce::rows,
                       kReduceB == Reduce::columns, c});
    if (!is_empty(epilogue)) finish(stream, size, epilogue, c);
    return;
  }
  with_vector(a.by_four() && b.by_four(), [&](auto vector) {
    constexpr int kVector = decltype(vector)::value;
    gemm(stream, size, a.operand<kVector, kReduceA>(), b.operand<kVector, kReduceB>(),
         output(c, size.N, epilogue));
  });
}

}  // namespace

void matmul(Stream& stream, const GemmSize& size, const float* a, const float* b,
            const Epilogue<float>& epilogue, float* c) {
  product<Reduce::columns, Reduce::rows>(stream, size, {a, size.M, size.K}, {b, size.K, size.N},
                                         epilogue, c);
}

void matmul_transposed_b(Stream& stream, const GemmSize& size, const float* a, const float* b,
                         float* c) {
  product<Reduce::columns, Reduce::columns>(stream, size, {a, size.M, size.K}, {b, size.N, size.K},
                                            {}, c);
}

void matmul_transposed_a(Stream& stream, const GemmSize& size, const float* a, const float* b,
                         float* c) {
  product<Reduce::rows, Reduce::rows>(stream, size, {a, size.K, size.M}, {b, size.K, size.N}, {},
                                      c);
}

}  // namespace nanopneumo::GPU_NAMESPACE
