// IEEE 754 binary16. The same bits on every device.
#pragma once

#include <bit>
#include <cstdint>

#include "kernels/philox.h"

namespace nanopneumo {

/// 1 sign bit, 5 exponent bits, 10 fraction bits: 2^-24 .. 65504. Storage only.
struct half {
  std::uint16_t bits = 0;
  bool operator==(const half&) const = default;  ///< of the bits: -0 is not 0 here
};

namespace detail {
inline constexpr std::uint32_t kHalfExponentShift = (127u - 15u) << 23;  ///< between the two biases
inline constexpr std::uint32_t kSmallestNormalHalf = 0x38800000u;        ///< 2^-14 as float32
inline constexpr std::uint32_t kTwoToThe16 = 0x47800000u;                ///< 65536 as float32
}  // namespace detail

/// The nearest half, of two equally near the one whose last bit is 0. Overflow gives infinity; a NaN
/// keeps its sign and the upper part of its payload and becomes quiet.
NANOPNEUMO_HOST_DEVICE constexpr half to_half(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = bits >> 16 & 0x8000u, magnitude = bits & 0x7FFFFFFFu;
  std::uint32_t result = 0;
  if (magnitude > 0x7F800000u) {
    result = 0x7E00u | (magnitude >> 13 & 0x3FFu);
  } else if (magnitude >= detail::kTwoToThe16) {
    result = 0x7C00u;
  } else if (magnitude < detail::kSmallestNormalHalf) {
    // A half's subnormals are multiples of 2^-24, and so are the float32 between 1/2 and 1: adding 1/2
    // rounds to them.
    result = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) -
             std::bit_cast<std::uint32_t>(0.5f);
  } else {
    result = (magnitude - detail::kHalfExponentShift + 0xFFFu + (magnitude >> 13 & 1u)) >> 13;
  }
  return {static_cast<std::uint16_t>(sign | result)};
}

/// Exact.
NANOPNEUMO_HOST_DEVICE constexpr float to_float(half value) {
  const std::uint32_t sign = (value.bits & 0x8000u) * 0x10000u;
  const std::uint32_t exponent = value.bits & 0x7C00u, fraction = value.bits & 0x3FFu;
  std::uint32_t magnitude = 0;
  if (exponent == 0x7C00u)
    magnitude = 0x7F800000u | fraction << 13;
  else if (exponent == 0)
    magnitude = std::bit_cast<std::uint32_t>(static_cast<float>(fraction) * 0x1p-24f);
  else
    magnitude = ((exponent | fraction) << 13) + detail::kHalfExponentShift;
  return std::bit_cast<float>(sign | magnitude);
}

}  // namespace nanopneumo
