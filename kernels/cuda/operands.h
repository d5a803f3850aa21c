// The arrays of an elementwise kernel, and a function of their numbers.
//
//   transform<4>(i, f, In{a}, In{b}, Out{y})
//
// calls f(lane, a[i + lane], b[i + lane], y[i + lane]) for lane = 0..3, having loaded a and b with one
// 16-byte access each; what f leaves in its last argument is stored with another.
#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/cuda/vector_access.h"

namespace nanopneumo::GPU_NAMESPACE {

/// How many floats fit into the widest access.
inline constexpr int kVectorFloats = 4;
/// ... and into a sector, the unit in which memory is read and written.
inline constexpr int kSectorFloats = 8;

/// Calls run(constant) with the width of the vectors as a compile-time constant: kWidest where that is
/// possible, else 1.
template <int kWidest = kVectorFloats, class Run>
void with_vector(bool possible, const Run& run) {
  static_assert(kWidest == 1 || kWidest == kVectorFloats);
  if constexpr (kWidest > 1)
    if (possible) return run(std::integral_constant<int, kWidest>());
  run(std::integral_constant<int, 1>());
}

/// kVector neighbours in registers.
template <int kVector>
struct Pack {
  float at[kVector];
};

template <int kVector>
__device__ inline Pack<kVector> load_pack(const float* p) {
  static_assert(kVector == 1 || kVector == kVectorFloats);
  if constexpr (kVector == 1) {
    return {{*p}};
  } else {
    const float4 v = load4(p);
    return {{v.x, v.y, v.z, v.w}};
  }
}

template <int kVector>
__device__ inline void store_pack(float* p, const float (&values)[kVector]) {
  if constexpr (kVector == 1)
    *p = values[0];
  else
    store4(p, make_float4(values[0], values[1], values[2], values[3]));
}

/// An array that is read, written, or read and then written. Two of them may be the same memory: a
/// thread reads all of its numbers before it writes any, and nobody else touches them.
struct In {
  const float* data;
};
struct Out {
  float* data;
};
struct InOut {
  float* data;
};

namespace detail {

template <int kVector, class Operand>
struct Loaded {
  Operand operand;
  Pack<kVector> pack;
};

template <int kVector>
__device__ inline Loaded<kVector, In> load(In in, std::int64_t i) {
  return {in, load_pack<kVector>(in.data + i)};
}
template <int kVector>
__device__ inline Loaded<kVector, Out> load(Out out, std::int64_t) {
  return {out, {}};
}
template <int kVector>
__device__ inline Loaded<kVector, InOut> load(InOut both, std::int64_t i) {
  return {both, load_pack<kVector>(both.data + i)};
}

template <int kVector>
__device__ inline void store(const Loaded<kVector, In>&, std::int64_t) {}
template <int kVector, class Operand>
__device__ inline void store(const Loaded<kVector, Operand>& result, std::int64_t i) {
  store_pack(result.operand.data + i, result.pack.at);
}

template <int kVector, class F, class... Operands>
__device__ inline void transform_loaded(std::int64_t i, const F& f,
                                        Loaded<kVector, Operands>... loaded) {
  UNROLL
  for (int lane = 0; lane < kVector; ++lane) f(lane, loaded.pack.at[lane]...);
  (store(loaded, i), ...);
}

}  // namespace detail

template <int kVector, class F, class... Operands>
__device__ inline void transform(std::int64_t i, const F& f, Operands... operands) {
  detail::transform_loaded<kVector>(i, f, detail::load<kVector>(operands, i)...);
}

}  // namespace nanopneumo::GPU_NAMESPACE
