// The operations that multiply matrices, on tensor cores.
#pragma once

#include "kernels/cuda/gemm/views.h"
#include "kernels/kernels.h"

namespace nanopneumo::GPU_NAMESPACE {

struct Tf32;  // gemm/tensor_core_math.h
struct Bf16;

/// The contracts are those of kernels/kernels.h, except that the factors are rounded to Math, Tf32 or
/// Bf16: results differ from float32's by up to some 2^-11 or 2^-8 of the sum of the products' sizes.
template <class Math>
struct TensorCoreOps {
  static void conv_forward(Stream&, const ConvDims&, const float* x, const float* w,
                           const Epilogue<float>&, float* y);
  static void conv_input_gradient(Stream&, const ConvDims&, const float* w, const float* dy,
                                  float* dx);
  static void conv_weight_gradient(Stream&, const ConvDims&, const float* x, const float* dy,
                                   float* dw, float* db);
  static void dense_forward(Stream&, const DenseDims&, const float* x, const float* w,
                            const Epilogue<float>&, float* y);
  static void dense_input_gradient(Stream&, const DenseDims&, const float* w, const float* dy,
                                   float* dx);
  static void dense_weight_gradient(Stream&, const DenseDims&, const float* x, const float* dy,
                                    float* dw, float* db);

  // Products of plain row-major matrices, as in matmul.h.
  static void matmul(Stream&, const GemmSize&, const float* a, const float* b,
                     const Epilogue<float>&, float* c);
  static void matmul_transposed_b(Stream&, const GemmSize&, const float* a, const float* b,
                                  float* c);
  static void matmul_transposed_a(Stream&, const GemmSize&, const float* a, const float* b,
                                  float* c);
};

}  // namespace nanopneumo::GPU_NAMESPACE
