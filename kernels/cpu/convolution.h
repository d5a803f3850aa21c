// Convolution and depthwise convolution as oneDNN sees them: the same primitive, without and with
// groups.
#pragma once

#include "kernels/cpu/onednn_primitives.h"
#include "kernels/kernels.h"

namespace nanopneumo::cpu {

/// Dims and layouts of one of the two, with N images.
struct ConvolutionProblem {
  int N, H, W, C;  ///< input
  int P, Q, K;     ///< output
  Window window;
  dnnl::memory::dims weight_dims;               ///< as oneDNN orders them
  dnnl::memory::format_tag keras_weight_order;  ///< how Keras has them in memory

  std::int64_t image_in() const { return std::int64_t{H} * W * C; }
  std::int64_t image_out() const { return std::int64_t{P} * Q * K; }
};

ConvolutionProblem convolution_problem(const ConvDims&);
ConvolutionProblem depthwise_problem(const ChannelwiseDims&);

// Operands below: x and dx (N, H, W, C); y and dy (N, P, Q, K); w and dw (R, S, C, K), of a depthwise convolution (R, S, C).
// Results are overwritten.

/// y = act(conv(x, w) + bias + residual)
void convolution_forward(CpuStream&, PrimitiveKind, const ConvolutionProblem&, const float* x,
                         const float* w, const Epilogue<float>&, float* y);
/// dx = d loss / d x for dy = d loss / d y, before the epilogue's activation.
void convolution_input_gradient(CpuStream&, PrimitiveKind, const ConvolutionProblem&,
                                const float* w, const float* dy, float* dx);
/// dw = d loss / d w, summed over the batch.
void convolution_weight_gradient(CpuStream&, PrimitiveKind, const ConvolutionProblem&,
                                 const float* x, const float* dy, float* dw);
/// The same where skips_pixels(window), from a copy of the pixels that are read. (oneDNN 2.6 copies them, too,
/// but for AVX2 and C that is no multiple of 8 it computes with what was in memory before, now and then for ever.)
void skipping_weight_gradient(CpuStream&, PrimitiveKind, const ConvolutionProblem&, const float* x,
                              const float* dy, float* dw);

}  // namespace nanopneumo::cpu
