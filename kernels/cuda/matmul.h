// Products of plain row-major matrices.
#pragma once

#include "kernels/cuda/gemm/views.h"
#include "kernels/kernels.h"

namespace nanopneumo::GPU_NAMESPACE {

/// c = epilogue(a b). a: (M, K), b: (K, N), c: (M, N).
void matmul(Stream&, const GemmSize&, const float* a, const float* b, const Epilogue<float>&,
            float* c);
/// c = a b^T. a: (M, K), b: (N, K).
void matmul_transposed_b(Stream&, const GemmSize&, const float* a, const float* b, float* c);
/// c = a^T b. a: (K, M), b: (K, N).
void matmul_transposed_a(Stream&, const GemmSize&, const float* a, const float* b, float* c);

}  // namespace nanopneumo::GPU_NAMESPACE
