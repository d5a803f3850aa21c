// A convolution's forward pass as a matrix product.
#pragma once

#include "kernels/cuda/gemm/patches.h"
#include "kernels/cuda/gemm/views.h"

namespace nanopneumo::GPU_NAMESPACE {

/// M = N P Q, N = K, K = R S C. Throws std::logic_error where they exceed what an index can count.
inline GemmSize forward_size(const ConvDims& d) {
  return gemm_size(std::int64_t{d.N} * d.P() * d.Q(), d.K, d.weight_size() / d.K);
}

/// Whether the patches are x itself: a product of plain matrices.
inline bool is_matmul(const ConvDims& d) { return d.window == Window{}; }

/// Whether x and a matrix with K columns can be read 16 bytes at a time.
inline bool loads_by_four(const ConvDims& d, const float* x, const float* matrix) {
  return d.C % 4 == 0 && d.K % 4 == 0 && is_aligned16(x) && is_aligned16(matrix);
}

template <int kVector, class Element>
Operand<Patches<kVector, Element>, Reduce::columns> patches_by_tap(const ConvDims& d,
                                                                   const Element* x) {
  return {patches_of<kVector>(d, x)};
}

template <int kVector, class Element>
Operand<Matrix<kVector, Element>, Reduce::rows> weights_by_filter(const GemmSize& size,
                                                                  const Element* w) {
  return {{w, size.K, size.N}};
}

}  // namespace nanopneumo::GPU_NAMESPACE
