// Registers of floats that lie in memory as bfloat16: the loops that read and write them are those of floats.
#pragma once

#include <bit>

#include "kernels/cpu/bfloat16.h"
#include "kernels/cpu/vector.h"

namespace nanopneumo::cpu {

typedef std::uint16_t HalfVec __attribute__((vector_size(kLanes * sizeof(std::uint16_t))));

inline Vec widen(HalfVec bits) {
#if defined(__AVX512F__)
  // __builtin_convertvector takes the halves one by one.
  const auto words =
      std::bit_cast<UnsignedVec>(_mm512_maskz_cvtepu16_epi32(0xffff, std::bit_cast<__m256i>(bits)));
#else
  const auto words = __builtin_convertvector(bits, UnsignedVec);
#endif
  return std::bit_cast<Vec>(words << 16);
}

/// As from_float<BFloat16>; where the CPU has an instruction for it, numbers below 2^-126 become zero.
inline HalfVec narrow(Vec v) {
#if defined(__AVX512BF16__)
  return std::bit_cast<HalfVec>(_mm512_cvtneps_pbh(v));
#else
  const auto bits = std::bit_cast<UnsignedVec>(v);
  const UnsignedVec rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  const UnsignedVec quiet_nan = (bits >> 16) | 0x40u;
  return __builtin_convertvector(v == v ? rounded : quiet_nan, HalfVec);
#endif
}

inline Vec load(const BFloat16* p) {
  HalfVec bits;
  std::memcpy(&bits, p, sizeof bits);
  return widen(bits);
}

inline void store(BFloat16* p, Vec v) {
  const HalfVec bits = narrow(v);
  std::memcpy(p, &bits, sizeof bits);
}

/// The first `count` < kLanes lanes, as those of floats.
inline Vec load_part(const BFloat16* p, int count) {
#if defined(__AVX512BW__) && defined(__AVX512VL__)
  const __m256i bits = _mm256_maskz_loadu_epi16(static_cast<__mmask16>((1u << count) - 1), p);
  return widen(std::bit_cast<HalfVec>(bits));
#else
  HalfVec bits{};
  std::memcpy(&bits, p, static_cast<std::size_t>(count) * sizeof(BFloat16));
  return widen(bits);
#endif
}
inline void store_part(BFloat16* p, Vec v, int count) {
  const HalfVec bits = narrow(v);
#if defined(__AVX512BW__) && defined(__AVX512VL__)
  _mm256_mask_storeu_epi16(p, static_cast<__mmask16>((1u << count) - 1),
                           std::bit_cast<__m256i>(bits));
#else
  std::memcpy(p, &bits, static_cast<std::size_t>(count) * sizeof(BFloat16));
#endif
}

}  // namespace nanopneumo::cpu
