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

/// Whether a convolution is one product of matrices, pixels times channels: no neighbours, no strides.
inline bool is_product(const Window& window) { return window == Window{}; }

ConvolutionProblem convolution_problem(const ConvDims&);
ConvolutionProblem depthwise_problem(const ChannelwiseDims&);

/// y = act(conv(x, w) + bias + residual)
void convolution_forward(CpuStream&, PrimitiveKind, const ConvolutionProblem&, const float* x,
                         const float* w, const Epilogue<float>&, float* y);
void convolution_input_gradient(CpuStream&, PrimitiveKind, const ConvolutionProblem&,
                                const float* w, const float* dy, float* dx);
void convolution_weight_gradient(CpuStream&, PrimitiveKind, const ConvolutionProblem&,
                                 const float* x, const float* dy, float* dw);

}  // namespace nanopneumo::cpu
