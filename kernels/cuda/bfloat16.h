// bfloat16: the upper half of a float32. The same bits on every device, in integer arithmetic.
#pragma once

#include <bit>
#include <cstdint>

#include "kernels/philox.h"

namespace nanopneumo {

/// 1 sign bit, 8 exponent bits (those of float32), 7 fraction bits. Storage only: arithmetic is done
/// in float32 or by the tensor cores.
struct bfloat16 {
  std::uint16_t bits = 0;
  bool operator==(const bfloat16&) const = default;  ///< of the bits: -0 is not 0 here
};

/// The nearest bfloat16, of two equally near the one whose last bit is 0. Overflow gives infinity; a
/// NaN keeps its sign and the upper part of its payload and becomes quiet.
NANOPNEUMO_HOST_DEVICE constexpr bfloat16 to_bfloat16(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7FFFFFFFu) > 0x7F800000u) return {static_cast<std::uint16_t>(bits >> 16 | 0x0040u)};
  // Just under half a unit of the last place, and the missing bit where the place is odd: what is at
  // half then carries to the even neighbour. The carry may run into the exponent, which is right.
  return {static_cast<std::uint16_t>((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16)};
}

/// Exact.
NANOPNEUMO_HOST_DEVICE constexpr float to_float(bfloat16 value) {
  return std::bit_cast<float>(std::uint32_t{value.bits} << 16);
}

/// Two neighbours in memory as the tensor cores take them: the first in the lower half.
NANOPNEUMO_HOST_DEVICE constexpr std::uint32_t pack(bfloat16 first, bfloat16 second) {
  return std::uint32_t{second.bits} << 16 | first.bits;
}

}  // namespace nanopneumo
