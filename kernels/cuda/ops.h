// The operations of the GPU, one family a file; the contracts are those of kernels/kernels.h.
#pragma once

#include "kernels/cuda/gpu.h"
#include "kernels/kernels.h"

namespace nanopneumo::GPU_NAMESPACE {

void conv_forward(Stream&, const ConvDims&, const float* x, const float* w, const Epilogue<float>&,
                  float* y);
void conv_input_gradient(Stream&, const ConvDims&, const float* w, const float* dy, float* dx);
void conv_weight_gradient(Stream&, const ConvDims&, const float* x, const float* dy, float* dw,
                          float* db);

void depthwise_forward(Stream&, const ChannelwiseDims&, const float* x, const float* w,
                       const Epilogue<float>&, float* y);
void depthwise_input_gradient(Stream&, const ChannelwiseDims&, const float* w, const float* dy,
                              float* dx);
void depthwise_weight_gradient(Stream&, const ChannelwiseDims&, const float* x, const float* dy,
                               float* dw, float* db);

void dense_forward(Stream&, const DenseDims&, const float* x, const float* w,
                   const Epilogue<float>&, float* y);
void dense_input_gradient(Stream&, const DenseDims&, const float* w, const float* dy, float* dx);
void dense_weight_gradient(Stream&, const DenseDims&, const float* x, const float* dy, float* dw,
                           float* db);

void batch_norm_training(Stream&, const RowsDims&, double epsilon, const float* x,
                         const float* gamma, const float* beta, float* y, float* mean,
                         float* variance);
void batch_norm_training_gradient(Stream&, const RowsDims&, double epsilon, const float* x,
                                  const float* gamma, const float* mean, const float* variance,
                                  const float* dy, float* dx, float* dgamma, float* dbeta);
void batch_norm_inference(Stream&, const RowsDims&, double epsilon, const float* x,
                          const float* gamma, const float* beta, const float* mean,
                          const float* variance, Activation, float* y);
void batch_norm_inference_gradient(Stream&, const RowsDims&, double epsilon, const float* x,
                                   const float* gamma, const float* mean, const float* variance,
                                   const float* dy, float* dx, float* dgamma, float* dbeta);
void moving_average(Stream&, int C, double momentum, const float* batch, float* moving);

void relu_forward(Stream&, std::int64_t n, const float* x, float* y);
void relu_gradient(Stream&, std::int64_t n, const float* y, const float* dy, float* dx);
void relu6_forward(Stream&, std::int64_t n, const float* x, float* y);
void relu6_gradient(Stream&, std::int64_t n, const float* y, const float* dy, float* dx);
void sigmoid_forward(Stream&, std::int64_t n, const float* x, float* y);
void sigmoid_gradient(Stream&, std::int64_t n, const float* y, const float* dy, float* dx);
void swish_forward(Stream&, std::int64_t n, const float* x, float* y);
void swish_gradient(Stream&, std::int64_t n, const float* x, const float* dy, float* dx);
void softmax_forward(Stream&, const RowsDims&, const float* x, float* y);
void softmax_gradient(Stream&, const RowsDims&, const float* y, const float* dy, float* dx);

void dropout(Stream&, std::int64_t n, double rate, const RandomKey&, const float* x, float* y);

void max_pool_forward(Stream&, const ChannelwiseDims&, const float* x, float* y,
                      std::uint8_t* argmax);
void max_pool_gradient(Stream&, const ChannelwiseDims&, const std::uint8_t* argmax, const float* dy,
                       float* dx);
void batch_norm_max_pool(Stream&, const ChannelwiseDims&, double epsilon, const float* x,
                         const float* gamma, const float* beta, float* y, std::uint8_t* argmax,
                         float* mean, float* variance);
void batch_norm_max_pool_gradient(Stream&, const ChannelwiseDims&, double epsilon,
                                  Activation before, const float* x, const float* gamma,
                                  const float* mean, const float* variance,
                                  const std::uint8_t* argmax, const float* dy, float* dx,
                                  float* dgamma, float* dbeta);
void average_pool_forward(Stream&, const ChannelwiseDims&, const float* x, float* y);
void average_pool_gradient(Stream&, const ChannelwiseDims&, const float* dy, float* dx);
void global_average_pool_forward(Stream&, const ImageDims&, const float* x, float* y);
void global_average_pool_gradient(Stream&, const ImageDims&, const float* dy, float* dx);

void zero_pad_forward(Stream&, const ImageDims&, const Padding2D&, const float* x, float* y);
void zero_pad_gradient(Stream&, const ImageDims&, const Padding2D&, const float* dy, float* dx);
void add(Stream&, std::int64_t n, const float* a, const float* b, float* y);
void fill(Stream&, std::int64_t n, float value, float* y);
void clip(Stream&, std::int64_t n, float limit, const float* x, float* y);
void write_slice(Stream&, const SliceDims&, const float* part, float* whole);
void read_slice(Stream&, const SliceDims&, const float* whole, float* part);
void rescale(Stream&, const RowsDims&, const ChannelFactors&, const float* x, float* y);
void channel_scale_forward(Stream&, const ImageDims&, const float* x, const float* s, float* y);
void channel_scale_gradient(Stream&, const ImageDims&, const float* x, const float* s,
                            const float* dy, float* dx, float* ds);

void bce_with_logits_forward(Stream&, std::int64_t n, const float* logits, const float* labels,
                             const float* weights, float* loss);
void bce_with_logits_gradient(Stream&, std::int64_t n, const float* logits, const float* labels,
                              const float* weights, const float* dloss, float* dlogits);

void adam(Stream&, std::int64_t n, const AdamStep&, const float* g, float* m, float* v, float* w);

void normalize_image(Stream& stream, const ImageDims& dims, const Preprocessing& preprocessing,
                     const std::uint8_t* x, float* y);
void augment_image(Stream& stream, const ImageDims& dims, const Preprocessing& preprocessing,
                   const ImageTransform* transforms, const std::uint8_t* x, float* y);

}  // namespace nanopneumo::GPU_NAMESPACE
