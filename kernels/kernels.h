// The contract of every operation, once, for all devices.
//
// Rules that hold for each entry:
//  - Pointers are device memory; tensors are contiguous, activations NHWC, weights HWIO as Keras
//    keeps them.
//  - An output is overwritten, never accumulated into, and nothing is read from it. The one exception
//    is write_slice, which writes some channels and leaves the others as they are. Inputs and outputs
//    do not overlap unless the entry says so.
//  - A pointer marked "or null" may be null; every other pointer is valid for the size that the
//    dims give.
//  - Nothing is allocated for results. Temporary memory comes from the stream (stream.h).
//  - Sizes are positive. What comes out for float data is the formula up to rounding; with the same
//    number of threads the same bits come out each time.
//
// A device offers one table for each element type it can work in: Kernels<float> for cpu (and cuda,
// emulated), Kernels<double> for the reference that the tests compare with.
#pragma once

#include <cstdint>

#include "kernels/augmentation.h"
#include "kernels/dims.h"
#include "kernels/op.h"
#include "kernels/philox.h"
#include "kernels/preprocessing.h"
#include "kernels/stream.h"

namespace nanopneumo {

/// The activations that an operation can apply to its output before writing it.
enum class Activation { none, relu, relu6, sigmoid, swish };

/// What is done to an output before it is written: y = activation(y + bias + residual).
template <class T>
struct Epilogue {
  const T* bias = nullptr;      ///< (K), or null
  const T* residual = nullptr;  ///< same size as y, or null
  Activation activation = Activation::none;
};

/// One step of Adam (Kingma & Ba 2015, section 2 "efficient" form), with Keras' epsilon outside the
/// bias correction. The powers beta^t are taken of the betas rounded to float32: Keras casts them so
/// (keras/src/optimizers/adam.py), also where it computes in float64.
struct AdamStep {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-7;
  std::int64_t t = 1;  ///< number of this step, from 1
};

template <class T>
struct Kernels {
  // --- convolution ---
  // y[n,p,q,k] = act(bias[k] + residual[n,p,q,k] + sum_{r,s,c} x[n, p*stride_h + r - pad.top,
  //              q*stride_w + s - pad.left, c] * w[r,s,c,k]), x being zero outside the image.
  Op<void(Stream&, const ConvDims&, const T* x, const T* w, const Epilogue<T>&, T* y)> conv_forward;
  // dx = d loss / d x for a given dy = d loss / d y (before the epilogue's activation).
  Op<void(Stream&, const ConvDims&, const T* w, const T* dy, T* dx)> conv_input_gradient;
  // dw = d loss / d w; db[k] = sum_{n,p,q} dy[n,p,q,k], or null.
  Op<void(Stream&, const ConvDims&, const T* x, const T* dy, T* dw, T* db)> conv_weight_gradient;

  // --- depthwise convolution, w: (R, S, C) ---
  // y[n,p,q,c] = act(bias[c] + residual[n,p,q,c] + sum_{r,s} x[n, p*stride_h + r - pad.top,
  //              q*stride_w + s - pad.left, c] * w[r,s,c])
  Op<void(Stream&, const ChannelwiseDims&, const T* x, const T* w, const Epilogue<T>&, T* y)>
      depthwise_forward;
  Op<void(Stream&, const ChannelwiseDims&, const T* w, const T* dy, T* dx)>
      depthwise_input_gradient;
  // db: (C), or null.
  Op<void(Stream&, const ChannelwiseDims&, const T* x, const T* dy, T* dw, T* db)>
      depthwise_weight_gradient;

  // --- dense: y[n,k] = act(bias[k] + residual[n,k] + sum_c x[n,c] w[c,k]) ---
  Op<void(Stream&, const DenseDims&, const T* x, const T* w, const Epilogue<T>&, T* y)>
      dense_forward;
  // dx = dy w^T
  Op<void(Stream&, const DenseDims&, const T* w, const T* dy, T* dx)> dense_input_gradient;
  // dw = x^T dy; db[k] = sum_n dy[n,k], or null.
  Op<void(Stream&, const DenseDims&, const T* x, const T* dy, T* dw, T* db)> dense_weight_gradient;

  // --- batch normalisation (Ioffe & Szegedy 2015), per channel c over all rows ---
  // mean[c] = avg(x), variance[c] = avg((x - mean)^2) (biased),
  // y = (x - mean) / sqrt(variance + epsilon) * gamma + beta. gamma, beta: (C), or null for 1, 0.
  Op<void(Stream&, const RowsDims&, double epsilon, const T* x, const T* gamma, const T* beta, T* y,
          T* mean, T* variance)>
      batch_norm_training;
  // With xhat = (x - mean) / sqrt(variance + epsilon):
  // dbeta = sum(dy), dgamma = sum(dy * xhat),
  // dx = gamma / sqrt(variance + epsilon) * (dy - dbeta / rows - xhat * dgamma / rows).
  // gamma: (C), or null for 1. dx may be dy's own memory. dgamma and dbeta are always written.
  Op<void(Stream&, const RowsDims&, double epsilon, const T* x, const T* gamma, const T* mean,
          const T* variance, const T* dy, T* dx, T* dgamma, T* dbeta)>
      batch_norm_training_gradient;
  // y = act((x - mean) / sqrt(variance + epsilon) * gamma + beta) with the moving statistics.
  // gamma, beta: (C), or null. y may be x's own memory.
  Op<void(Stream&, const RowsDims&, double epsilon, const T* x, const T* gamma, const T* beta,
          const T* mean, const T* variance, Activation, T* y)>
      batch_norm_inference;
  // dx = dy * gamma / sqrt(variance + epsilon); dgamma, dbeta as in training. dx, and the pair
  // (dgamma, dbeta), may each be null; gamma may be null. dx may be dy's own memory. x is read only
  // for dgamma and may be null where that is null.
  Op<void(Stream&, const RowsDims&, double epsilon, const T* x, const T* gamma, const T* mean,
          const T* variance, const T* dy, T* dx, T* dgamma, T* dbeta)>
      batch_norm_inference_gradient;
  // moving[c] = moving[c] * momentum + batch[c] * (1 - momentum), in place.
  Op<void(Stream&, int C, double momentum, const T* batch, T* moving)> moving_average;

  // --- activations; y may be x, dx may be dy; but for swish the gradients are
  // formed from the output y ---
  // y = max(x, 0); dx = y > 0 ? dy : 0
  Op<void(Stream&, std::int64_t n, const T* x, T* y)> relu_forward;
  Op<void(Stream&, std::int64_t n, const T* y, const T* dy, T* dx)> relu_gradient;
  // y = min(max(x, 0), 6); dx = 0 < y < 6 ? dy : 0
  Op<void(Stream&, std::int64_t n, const T* x, T* y)> relu6_forward;
  Op<void(Stream&, std::int64_t n, const T* y, const T* dy, T* dx)> relu6_gradient;
  // y = 1 / (1 + exp(-x)), without overflow; dx = dy * y * (1 - y)
  Op<void(Stream&, std::int64_t n, const T* x, T* y)> sigmoid_forward;
  Op<void(Stream&, std::int64_t n, const T* y, const T* dy, T* dx)> sigmoid_gradient;
  // Swish (Ramachandran et al. 2017), also SiLU: y = x / (1 + exp(-x)). It rises again for x < -1.28, so
  // that y does not tell x: the gradient is formed from the input x,
  // dx = dy * s * (1 + x * (1 - s)) with s = 1 / (1 + exp(-x)).
  Op<void(Stream&, std::int64_t n, const T* x, T* y)> swish_forward;
  Op<void(Stream&, std::int64_t n, const T* x, const T* dy, T* dx)> swish_gradient;
  // y[i,c] = exp(x[i,c] - max_c x[i,c]) / sum_c exp(...); dx = y * (dy - sum_c dy y)
  Op<void(Stream&, const RowsDims&, const T* x, T* y)> softmax_forward;
  Op<void(Stream&, const RowsDims&, const T* y, const T* dy, T* dx)> softmax_gradient;

  // --- dropout (Srivastava et al. 2014), inverted: y = u >= rate ? x / (1 - rate) : 0 ---
  // u = random_uniform(key, i) for flat element i. It is linear in x, so it is its own gradient
  // (dy in, dx out) and stores no mask. y may be x. 0 <= rate < 1.
  Op<void(Stream&, std::int64_t n, double rate, const RandomKey&, const T* x, T* y)> dropout;

  // --- pooling ---
  // y = largest x in the window, padding ignored. argmax (N, P, Q, C), or null: the place r*S + s
  // of the first largest in row-major order, R*S <= 255. A NaN in a window gives NaN.
  Op<void(Stream&, const ChannelwiseDims&, const T* x, T* y, std::uint8_t* argmax)>
      max_pool_forward;
  // dx[argmax place] += dy, zero elsewhere.
  Op<void(Stream&, const ChannelwiseDims&, const std::uint8_t* argmax, const T* dy, T* dx)>
      max_pool_gradient;
  // Batch normalisation in training and max pooling in one: of what lies between them nothing is written.
  // mean and variance as batch_norm_training has them over all pixels of x; y and argmax as max_pool_forward
  // has them for the normalised x. gamma, beta: (C), or null for 1, 0.
  Op<void(Stream&, const ChannelwiseDims&, double epsilon, const T* x, const T* gamma,
          const T* beta, T* y, std::uint8_t* argmax, T* mean, T* variance)>
      batch_norm_max_pool;
  // batch_norm_training_gradient of what max_pool_gradient makes of argmax and dy; with `before` relu, which
  // x is then the output of, times relu's derivative: dx = 0 where x <= 0. No other activation but none.
  // gamma: (C), or null for 1. dx may be x's own memory. dgamma and dbeta are always written.
  Op<void(Stream&, const ChannelwiseDims&, double epsilon, Activation before, const T* x,
          const T* gamma, const T* mean, const T* variance, const std::uint8_t* argmax, const T* dy,
          T* dx, T* dgamma, T* dbeta)>
      batch_norm_max_pool_gradient;
  // y = mean of the x in the window that lie inside the image (TensorFlow's SAME average pool).
  Op<void(Stream&, const ChannelwiseDims&, const T* x, T* y)> average_pool_forward;
  Op<void(Stream&, const ChannelwiseDims&, const T* dy, T* dx)> average_pool_gradient;
  // y[n,c] = mean over h,w of x[n,h,w,c]; dx[n,h,w,c] = dy[n,c] / (H*W)
  Op<void(Stream&, const ImageDims&, const T* x, T* y)> global_average_pool_forward;
  Op<void(Stream&, const ImageDims&, const T* dy, T* dx)> global_average_pool_gradient;

  // --- shape and arithmetic ---
  // y: (N, H + top + bottom, W + left + right, C) = x with zeros around it.
  Op<void(Stream&, const ImageDims&, const Padding2D&, const T* x, T* y)> zero_pad_forward;
  // dx = dy without its border; the dims are those of x and dx.
  Op<void(Stream&, const ImageDims&, const Padding2D&, const T* dy, T* dx)> zero_pad_gradient;
  // y = a + b; y may be a or b.
  Op<void(Stream&, std::int64_t n, const T* a, const T* b, T* y)> add;
  // y = value
  Op<void(Stream&, std::int64_t n, T value, T* y)> fill;
  // y = min(max(x, -limit), limit), NaN stays NaN (tf.clip_by_value). y may be x.
  Op<void(Stream&, std::int64_t n, T limit, const T* x, T* y)> clip;
  // Concatenation of channels, one part a call. part: (rows, C), whole: (rows, C_whole).
  // whole[i, offset + c] = part[i, c]; the other channels of whole stay as they are.
  Op<void(Stream&, const SliceDims&, const T* part, T* whole)> write_slice;
  // part[i, c] = whole[i, offset + c]: the gradient of write_slice with respect to its part.
  Op<void(Stream&, const SliceDims&, const T* whole, T* part)> read_slice;
  // Constant factors: y[i,c] = x[i,c] * factors[c], C <= 3. It is its own gradient (dy in, dx out). y may be
  // x.
  Op<void(Stream&, const RowsDims&, const ChannelFactors&, const T* x, T* y)> rescale;
  // Squeeze-and-excite (Hu et al. 2018, equation 4): y[n,h,w,c] = x[n,h,w,c] * s[n,c].
  // s: (N, C). y may be x.
  Op<void(Stream&, const ImageDims&, const T* x, const T* s, T* y)> channel_scale_forward;
  // dx[n,h,w,c] = dy[n,h,w,c] * s[n,c]; ds[n,c] = sum_{h,w} dy[n,h,w,c] * x[n,h,w,c].
  // dx and ds may each be null; s is read only for dx, x only for ds, and each may be null with it.
  // dx may be dy's own memory.
  Op<void(Stream&, const ImageDims&, const T* x, const T* s, const T* dy, T* dx, T* ds)>
      channel_scale_gradient;

  // --- loss: binary cross-entropy from logits z, labels t in [0, 1] ---
  // loss[0] = (1/n) sum_i weight[i] * (max(z,0) - z t + log(1 + exp(-|z|)));
  // weight: (n), or null for 1.
  Op<void(Stream&, std::int64_t n, const T* logits, const T* labels, const T* weights, T* loss)>
      bce_with_logits_forward;
  // dlogits[i] = dloss[0] * weight[i] * (sigmoid(z) - t) / n
  Op<void(Stream&, std::int64_t n, const T* logits, const T* labels, const T* weights,
          const T* dloss, T* dlogits)>
      bce_with_logits_gradient;

  // --- optimiser ---
  // m += (g - m) (1 - beta1); v += (g^2 - v) (1 - beta2);
  // w -= learning_rate sqrt(1 - float32(beta2)^t) / (1 - float32(beta1)^t) * m / (sqrt(v) + epsilon),
  // all in place.
  Op<void(Stream&, std::int64_t n, const AdamStep&, const T* g, T* m, T* v, T* w)> adam;

  // --- images ---
  // x: (N, H, W, C) bytes with C = 1 (gray, read as three equal channels) or 3 (RGB);
  // y: (N, H, W, Preprocessing::channels).
  Op<void(Stream&, const ImageDims&, const Preprocessing&, const std::uint8_t* x, T* y)>
      normalize_image;
  // The same after transforms[n] (host memory) has been applied to image n; see augmentation.h.
  Op<void(Stream&, const ImageDims&, const Preprocessing&, const ImageTransform* transforms,
          const std::uint8_t* x, T* y)>
      augment_image;
};

}  // namespace nanopneumo
