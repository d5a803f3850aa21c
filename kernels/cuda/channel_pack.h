// What the kernels over NHWC images do with V neighbouring channels of a pixel.
//
// They are written once for Pack<V>. V = 4 moves 16 bytes with one access and needs a channel count that
// is a multiple of 4 and 16-byte aligned tensors; V = 1 serves everything else.
#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/cuda/epilogue.h"
#include "kernels/cuda/operands.h"

namespace nanopneumo::GPU_NAMESPACE {

/// The finished outputs from number `index` on, of the channels from `channel` on (epilogue.h).
template <int V>
__device__ __forceinline__ Pack<V> finish(const Epilogue<float>& epilogue, const Pack<V>& pack,
                                          std::int64_t index, int channel) {
  if constexpr (V == 4) {
    const float4 sum = make_float4(pack.at[0], pack.at[1], pack.at[2], pack.at[3]);
    const float4 v = apply4(epilogue, sum, index, channel);
    return {{v.x, v.y, v.z, v.w}};
  } else {
    return {{apply(epilogue, pack.at[0], index, channel)}};
  }
}

/// sum[k] += a[k] * b[k], rounded once.
template <int V>
__device__ __forceinline__ void add_product(Pack<V>& sum, const Pack<V>& a, const Pack<V>& b) {
  UNROLL for (int k = 0; k < V; ++k) sum.at[k] = fmaf(a.at[k], b.at[k], sum.at[k]);
}

/// V neighbouring bytes, moved with one access and kept in one register; their address is a multiple
/// of V.
template <int V>
struct Bytes {
  std::conditional_t<V == 4, std::uint32_t, std::uint8_t> bits = 0;

  __device__ __forceinline__ int at(int v) const { return bits >> 8 * v & 0xFF; }
  /// Of a byte that is still zero.
  __device__ __forceinline__ void set(int v, int value) {
    bits = static_cast<decltype(bits)>(bits | static_cast<std::uint32_t>(value) << 8 * v);
  }
};

namespace detail {
template <int V>
using BytesBits [[gnu::may_alias]] = decltype(Bytes<V>::bits);
}  // namespace detail

template <int V>
__device__ __forceinline__ Bytes<V> load_bytes(const std::uint8_t* p) {
  return {*reinterpret_cast<const detail::BytesBits<V>*>(p)};
}

template <int V>
__device__ __forceinline__ void store_bytes(std::uint8_t* p, Bytes<V> bytes) {
  *reinterpret_cast<detail::BytesBits<V>*>(p) = bytes.bits;
}

/// Calls run(constant) with the channels that an image gets (Preprocessing::channels, one to three) as a compile-time
/// constant.
template <class Run>
void with_image_channels(int channels, const Run& run) {
  if (channels == 1)
    run(std::integral_constant<int, 1>());
  else if (channels == 2)
    run(std::integral_constant<int, 2>());
  else
    run(std::integral_constant<int, 3>());
}

/// Whether load_bytes<4>() is possible; null counts as such.
inline bool is_aligned4(const void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer) % 4 == 0;
}

}  // namespace nanopneumo::GPU_NAMESPACE
