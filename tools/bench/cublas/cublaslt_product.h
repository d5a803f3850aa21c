// One matrix product of cuBLASLt and the algorithms that can compute it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/bench/cublas/cublaslt_library.h"
#include "tools/bench/rival.h"

namespace nanopneumo::bench {

/// A row-major matrix; `transposed` says that the product takes its transpose.
struct RowMajor {
  const void* data;
  std::int64_t rows, columns;
  bool transposed = false;
};

/// d = epilogue(a b + c). For cuBLAS, whose matrices are column-major, this is d^T = b^T a^T, in
/// which our row-major arrays are what it expects.
struct ProductProblem {
  RowMajor a, b;
  const void* c = nullptr;  ///< a residual, or null
  RowMajor d;
  cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  const void* bias = nullptr;  ///< of the epilogue: read, or written where it is a gradient
};

class CublasLtProduct {
 public:
  /// Throws std::runtime_error where the library does not know such a product.
  CublasLtProduct(CublasLt& library, const ProductProblem& problem, Math math);
  CublasLtProduct(const CublasLtProduct&) = delete;
  CublasLtProduct& operator=(const CublasLtProduct&) = delete;
  ~CublasLtProduct();

  std::size_t algorithms() const { return algorithms_.size(); }
  void issue(std::size_t algorithm, cudaStream_t stream);

 private:
  void find_algorithms();

  CublasLt& library_;
  ProductProblem problem_;
  cublasLtMatmulDesc_t operation_ = nullptr;
  cublasLtMatrixLayout_t left_ = nullptr, right_ = nullptr, result_ = nullptr;
  cublasLtMatmulPreference_t preference_ = nullptr;
  std::vector<cublasLtMatmulHeuristicResult_t> algorithms_;
};

}  // namespace nanopneumo::bench
