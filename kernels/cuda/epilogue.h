// What is done to an output while it is still in a register: y = activation(y + bias + residual).
//
// As a kernel of its own this would read and write y once more; at the end of the kernel that makes
// y it costs next to nothing. All threads agree on the activation, so that the switch never splits a
// warp; it stays out of inner loops because an output is finished once.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/cuda/vector_access.h"
#include "kernels/kernels.h"

namespace nanopneumo::GPU_NAMESPACE {

/// 1 / (1 + exp(-x)), where the exponential cannot overflow.
__device__ inline float sigmoid(float x) {
  const float e = expf(-fabsf(x));
  return (x < 0 ? e : 1.0f) / (1.0f + e);
}

/// NaN stays NaN.
__device__ inline float activate(Activation activation, float x) {
  switch (activation) {
    case Activation::none:
      return x;
    case Activation::relu:
      return x < 0 ? 0.0f : x;
    case Activation::relu6:
      return x < 0 ? 0.0f : x > 6 ? 6.0f : x;
    case Activation::sigmoid:
    case Activation::swish:  // as one case: a second exponential would cost registers
      return sigmoid(x) * (activation == Activation::swish ? x : 1.0f);
  }
  return x;
}

/// The finished output number `index` (of y and of the residual), which belongs to `channel`.
__device__ inline float apply(const Epilogue<float>& epilogue, float value, std::int64_t index,
                              int channel) {
  if (epilogue.bias) value += epilogue.bias[channel];
  if (epilogue.residual) value += epilogue.residual[index];
  return activate(epilogue.activation, value);
}

/// Four neighbours at once: `index` and `channel` are those of the first. Bias and residual are read
/// with 16-byte loads.
__device__ inline float4 apply4(const Epilogue<float>& epilogue, float4 value, std::int64_t index,
                                int channel) {
  const auto add = [&](float4 other) {
    value = make_float4(value.x + other.x, value.y + other.y, value.z + other.z, value.w + other.w);
  };
  if (epilogue.bias) add(load4(epilogue.bias + channel));
  if (epilogue.residual) add(load4(epilogue.residual + index));
  const Activation activation = epilogue.activation;
  // Without this, nvcc stores the four one by one where they come out of a loop (sum_parts.h).
  if (activation == Activation::none) return value;
  return make_float4(activate(activation, value.x), activate(activation, value.y),
                     activate(activation, value.z), activate(activation, value.w));
}

/// Whether apply4() may be used.
inline bool is_aligned16(const Epilogue<float>& epilogue) {
  return is_aligned16(epilogue.bias) && is_aligned16(epilogue.residual);
}

}  // namespace nanopneumo::GPU_NAMESPACE
