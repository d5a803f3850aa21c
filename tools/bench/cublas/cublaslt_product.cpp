#include "tools/bench/cublas/cublaslt_product.h"

#include <algorithm>

namespace nanopneumo::bench {
namespace {

constexpr int kMostAlgorithms = 32;
constexpr std::size_t kWorkspaceBytes = std::size_t{32} << 20;  // what NVIDIA advises for Hopper

std::uint32_t alignment(const void* pointer) {
  std::uint32_t bytes = 256;
  while (bytes > 1 && reinterpret_cast<std::uintptr_t>(pointer) % bytes != 0) bytes /= 2;
  return bytes;
}

}  // namespace

CublasLtProduct::CublasLtProduct(CublasLt& library, const ProductProblem& problem, Math math)
    : library_(library), problem_(problem) {
  CUBLASLT_CALL(library_, cublasLtMatmulDescCreate, &operation_,
                math == Math::tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F, CUDA_R_32F);
  const auto set = [&](cublasLtMatmulDescAttributes_t name, const auto& value) {
    CUBLASLT_CALL(library_, cublasLtMatmulDescSetAttribute, operation_, name, &value,
                  sizeof(value));
  };
  const auto transposition = [](const RowMajor& m) {
    return m.transposed ? CUBLAS_OP_T : CUBLAS_OP_N;
  };
  set(CUBLASLT_MATMUL_DESC_TRANSA, transposition(problem_.b));
  set(CUBLASLT_MATMUL_DESC_TRANSB, transposition(problem_.a));
  set(CUBLASLT_MATMUL_DESC_EPILOGUE, problem_.epilogue);
  if (problem_.bias) set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, problem_.bias);
  const auto layout = [&](cublasLtMatrixLayout_t* made, const RowMajor& m) {
    CUBLASLT_CALL(library_, cublasLtMatrixLayoutCreate, made, CUDA_R_32F,
                  static_cast<std::uint64_t>(m.columns), static_cast<std::uint64_t>(m.rows),
                  m.columns);
  };
  layout(&left_, problem_.b);
  layout(&right_, problem_.a);
  layout(&result_, problem_.d);
  find_algorithms();
}

CublasLtProduct::~CublasLtProduct() {
  for (const cublasLtMatrixLayout_t layout : {left_, right_, result_})
    if (layout) static_cast<void>(library_.cublasLtMatrixLayoutDestroy(layout));
  if (operation_) static_cast<void>(library_.cublasLtMatmulDescDestroy(operation_));
  if (preference_) static_cast<void>(library_.cublasLtMatmulPreferenceDestroy(preference_));
}

void CublasLtProduct::find_algorithms() {
  CUBLASLT_CALL(library_, cublasLtMatmulPreferenceCreate, &preference_);
  const auto set = [&](cublasLtMatmulPreferenceAttributes_t name, const auto& value) {
    CUBLASLT_CALL(library_, cublasLtMatmulPreferenceSetAttribute, preference_, name, &value,
                  sizeof(value));
  };
  set(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, kWorkspaceBytes);
  set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, alignment(problem_.b.data));
  set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, alignment(problem_.a.data));
  set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES,
      alignment(problem_.c ? problem_.c : problem_.d.data));
  set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, alignment(problem_.d.data));
  algorithms_.resize(kMostAlgorithms);
  int found = 0;
  CUBLASLT_CALL(library_, cublasLtMatmulAlgoGetHeuristic, library_.handle(), operation_, left_,
                right_, result_, result_, preference_, kMostAlgorithms, algorithms_.data(), &found);
  algorithms_.resize(static_cast<std::size_t>(found));
  std::erase_if(algorithms_, [](const cublasLtMatmulHeuristicResult_t& algorithm) {
    return algorithm.state != CUBLAS_STATUS_SUCCESS;
  });
}

void CublasLtProduct::issue(std::size_t algorithm, cudaStream_t stream) {
  const float one = 1, beta = problem_.c ? 1 : 0;
  void* d = const_cast<void*>(problem_.d.data);
  CUBLASLT_CALL(library_, cublasLtMatmul, library_.handle(), operation_, &one, problem_.b.data,
                left_, problem_.a.data, right_, &beta, problem_.c ? problem_.c : d, result_, d,
                result_, &algorithms_[algorithm].algo, library_.workspace(kWorkspaceBytes),
                kWorkspaceBytes, stream);
}

}  // namespace nanopneumo::bench
