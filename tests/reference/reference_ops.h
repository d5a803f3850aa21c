// The operations of Kernels<double>; kernels/kernels.h says what each computes.
#pragma once

#include "kernels/kernels.h"

namespace nanopneumo::test::reference {

// conv.cpp
void conv_forward(Stream&, const ConvDims& d, const double* x, const double* w,
                  const Epilogue<double>& epilogue, double* y);
void conv_input_gradient(Stream&, const ConvDims& d, const double* w, const double* dy, double* dx);
void conv_weight_gradient(Stream&, const ConvDims& d, const double* x, const double* dy, double* dw,
                          double* db);

// depthwise.cpp
void depthwise_forward(Stream&, const ChannelwiseDims& d, const double* x, const double* w,
                       const Epilogue<double>& epilogue, double* y);
void depthwise_input_gradient(Stream&, const ChannelwiseDims& d, const double* w, const double* dy,
                              double* dx);
void depthwise_weight_gradient(Stream&, const ChannelwiseDims& d, const double* x, const double* dy,
                               double* dw, double* db);

// dense.cpp
void dense_forward(Stream&, const DenseDims& d, const double* x, const double* w,
                   const Epilogue<double>& epilogue, double* y);
void dense_input_gradient(Stream&, const DenseDims& d, const double* w, const double* dy,
                          double* dx);
void dense_weight_gradient(Stream&, const DenseDims& d, const double* x, const double* dy,
                           double* dw, double* db);

// batch_norm.cpp
void batch_norm_training(Stream&, const RowsDims& d, double epsilon, const double* x,
                         const double* gamma, const double* beta, double* y, double* mean,
                         double* variance);
void batch_norm_training_gradient(Stream&, const RowsDims& d, double epsilon, const double* x,
                                  const double* gamma, const double* mean, const double* variance,
                                  const double* dy, double* dx, double* dgamma, double* dbeta);
void batch_norm_inference(Stream&, const RowsDims& d, double epsilon, const double* x,
                          const double* gamma, const double* beta, const double* mean,
                          const double* variance, Activation activation, double* y);
void batch_norm_inference_gradient(Stream&, const RowsDims& d, double epsilon, const double* x,
                                   const double* gamma, const double* mean, const double* variance,
                                   const double* dy, double* dx, double* dgamma, double* dbeta);
void moving_average(Stream&, int C, double momentum, const double* batch, double* moving);

// relu.cpp, relu6.cpp, sigmoid.cpp, swish.cpp, softmax.cpp
void relu_forward(Stream&, std::int64_t n, const double* x, double* y);
void relu_gradient(Stream&, std::int64_t n, const double* y, const double* dy, double* dx);
void relu6_forward(Stream&, std::int64_t n, const double* x, double* y);
void relu6_gradient(Stream&, std::int64_t n, const double* y, const double* dy, double* dx);
void sigmoid_forward(Stream&, std::int64_t n, const double* x, double* y);
void sigmoid_gradient(Stream&, std::int64_t n, const double* y, const double* dy, double* dx);
void swish_forward(Stream&, std::int64_t n, const double* x, double* y);
void swish_gradient(Stream&, std::int64_t n, const double* x, const double* dy, double* dx);
void softmax_forward(Stream&, const RowsDims& d, const double* x, double* y);
void softmax_gradient(Stream&, const RowsDims& d, const double* y, const double* dy, double* dx);

// dropout.cpp
void dropout(Stream&, std::int64_t n, double rate, const RandomKey& key, const double* x,
             double* y);

// max_pool.cpp, average_pool.cpp, global_average_pool.cpp
void max_pool_forward(Stream&, const ChannelwiseDims& d, const double* x, double* y,
                      std::uint8_t* argmax);
void max_pool_gradient(Stream&, const ChannelwiseDims& d, const std::uint8_t* argmax,
                       const double* dy, double* dx);
void batch_norm_max_pool(Stream&, const ChannelwiseDims&, double epsilon, const double* x,
                         const double* gamma, const double* beta, double* y, std::uint8_t* argmax,
                         double* mean, double* variance);
void batch_norm_max_pool_gradient(Stream&, const ChannelwiseDims&, double epsilon,
                                  Activation before, const double* x, const double* gamma,
                                  const double* mean, const double* variance,
                                  const std::uint8_t* argmax, const double* dy, double* dx,
                                  double* dgamma, double* dbeta);
void average_pool_forward(Stream&, const ChannelwiseDims& d, const double* x, double* y);
void average_pool_gradient(Stream&, const ChannelwiseDims& d, const double* dy, double* dx);
void global_average_pool_forward(Stream&, const ImageDims& d, const double* x, double* y);
void global_average_pool_gradient(Stream&, const ImageDims& d, const double* dy, double* dx);

// zero_pad.cpp, arithmetic.cpp
void zero_pad_forward(Stream&, const ImageDims& d, const Padding2D& pad, const double* x,
                      double* y);
void zero_pad_gradient(Stream&, const ImageDims& d, const Padding2D& pad, const double* dy,
                       double* dx);
void add(Stream&, std::int64_t n, const double* a, const double* b, double* y);
void fill(Stream&, std::int64_t n, double value, double* y);
void clip(Stream&, std::int64_t n, double limit, const double* x, double* y);

// rescale.cpp
void rescale(Stream&, const RowsDims& d, const ChannelFactors& factors, const double* x, double* y);

// slice.cpp, channel_scale.cpp
void write_slice(Stream&, const SliceDims& d, const double* part, double* whole);
void read_slice(Stream&, const SliceDims& d, const double* whole, double* part);
void channel_scale_forward(Stream&, const ImageDims& d, const double* x, const double* s,
                           double* y);
void channel_scale_gradient(Stream&, const ImageDims& d, const double* x, const double* s,
                            const double* dy, double* dx, double* ds);

// bce.cpp, adam.cpp
void bce_with_logits_forward(Stream&, std::int64_t n, const double* logits, const double* labels,
                             const double* weights, double* loss);
void bce_with_logits_gradient(Stream&, std::int64_t n, const double* logits, const double* labels,
                              const double* weights, const double* dloss, double* dlogits);
void adam(Stream&, std::int64_t n, const AdamStep& step, const double* g, double* m, double* v,
          double* w);

// normalize_image.cpp, augment_image.cpp
void normalize_image(Stream&, const ImageDims& d, const Preprocessing& preprocessing,
                     const std::uint8_t* x, double* y);
void augment_image(Stream&, const ImageDims& d, const Preprocessing& preprocessing,
                   const ImageTransform* transforms, const std::uint8_t* x, double* y);

}  // namespace nanopneumo::test::reference
