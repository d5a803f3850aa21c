// Loads and stores of 8 and 16 bytes as one access each.
//
// A warp that reads 4 bytes a thread moves 128 bytes with one instruction; with 16 bytes a thread it
// moves 512, so that the same traffic takes a quarter of the instructions. The address must be a
// multiple of the access' size: that is checked in the emulation, and on a GPU it is an error.
#pragma once

#include <bit>
#include <cstdint>

#include "kernels/cuda/gpu.h"

namespace nanopneumo::GPU_NAMESPACE {

/// Whether 16-byte accesses are possible at `pointer`; null, which is never read, counts as such.
inline bool is_aligned16(const void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer) % 16 == 0;
}

#if defined(__CUDACC__)

__device__ __forceinline__ float2 load2(const float* p) {
  return *reinterpret_cast<const float2*>(p);
}
__device__ __forceinline__ float4 load4(const float* p) {
  return *reinterpret_cast<const float4*>(p);
}
__device__ __forceinline__ void store2(float* p, float2 value) {
  *reinterpret_cast<float2*>(p) = value;
}
__device__ __forceinline__ void store4(float* p, float4 value) {
  *reinterpret_cast<float4*>(p) = value;
}
__device__ __forceinline__ uint2 load2(const unsigned* p) {
  return *reinterpret_cast<const uint2*>(p);
}
__device__ __forceinline__ void store2(unsigned* p, uint2 value) {
  *reinterpret_cast<uint2*>(p) = value;
}

#else

namespace detail {

// GCC's own vector types stay one access, also where the profiler counts them; a struct of four
// floats may be taken apart.
using Floats2 [[gnu::vector_size(8), gnu::may_alias]] = float;
using Floats4 [[gnu::vector_size(16), gnu::may_alias]] = float;

template <class Vector>
__forceinline__ void check_alignment(const void* p) {
  if (reinterpret_cast<std::uintptr_t>(p) % sizeof(Vector)) [[unlikely]]
    this_block->fail("a vector access to an address that is not a multiple of its size");
}

template <class Vector, class Result>
__forceinline__ Result load_vector(const void* p) {
  check_alignment<Vector>(p);
  Vector value = *static_cast<const Vector*>(p);
#if defined(NANOPNEUMO_PROFILED)
  asm("" : "+m"(value));  // or the compiler would read one by one what is used one by one
#endif
  return std::bit_cast<Result>(value);
}

template <class Vector, class Value>
__forceinline__ void store_vector(void* p, const Value& value) {
  check_alignment<Vector>(p);
  *static_cast<Vector*>(p) = std::bit_cast<Vector>(value);
}

}  // namespace detail

__forceinline__ float2 load2(const float* p) {
  return detail::load_vector<detail::Floats2, float2>(p);
}
__forceinline__ float4 load4(const float* p) {
  return detail::load_vector<detail::Floats4, float4>(p);
}
__forceinline__ void store2(float* p, float2 value) {
  detail::store_vector<detail::Floats2>(p, value);
}
__forceinline__ void store4(float* p, float4 value) {
  detail::store_vector<detail::Floats4>(p, value);
}
__forceinline__ uint2 load2(const unsigned* p) {
  return detail::load_vector<detail::Floats2, uint2>(p);
}
__forceinline__ void store2(unsigned* p, uint2 value) {
  detail::store_vector<detail::Floats2>(p, value);
}

#endif

}  // namespace nanopneumo::GPU_NAMESPACE
