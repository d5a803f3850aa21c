// Whose kernels multiply plain matrices: dense layers, and convolutions with a 1x1 window.
#pragma once

namespace nanopneumo {

enum class GemmLibrary {
  ours,    ///< kernels/cuda/gemm: the default
  cublas,  ///< NVIDIA's, in float32 without tensor cores; loaded when it is chosen
};

/// c = a b for row-major matrices. a: (M, K), or (K, M) where it is transposed; b: (K, N), or (N, K);
/// c: (M, N).
struct PlainProduct {
  int M, N, K;
  const float *a, *b;
  bool transposed_a, transposed_b;
  float* c;
};

/// A library's products on one stream.
class LibraryGemm {
 public:
  virtual ~LibraryGemm() = default;
  /// Issues the product. Throws std::runtime_error, naming the call and the sizes, where it is refused.
  virtual void multiply(const PlainProduct&) = 0;
};

}  // namespace nanopneumo
