// As many floats as one register of the CPU that is compiled for holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace nanopneumo::cpu {

#if defined(__AVX512F__)
inline constexpr int kLanes = 16;
#elif defined(__AVX__)
inline constexpr int kLanes = 8;
#else
inline constexpr int kLanes = 4;
#endif

/// Added, subtracted and multiplied with the operators, lane by lane.
typedef float Vec __attribute__((vector_size(kLanes * sizeof(float))));

/// Beside floats: what comparing them gives (all bits or none), and small whole numbers.
typedef std::int32_t IntVec __attribute__((vector_size(kLanes * sizeof(std::int32_t))));
typedef std::uint32_t UnsignedVec __attribute__((vector_size(kLanes * sizeof(std::uint32_t))));
typedef std::uint8_t ByteVec __attribute__((vector_size(kLanes)));

inline Vec load(const float* p) {
  Vec v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

inline void store(float* p, Vec v) { std::memcpy(p, &v, sizeof v); }

/// The first `count` < kLanes lanes from p, zero in the others.
inline Vec load_part(const float* p, int count) {
#if defined(__AVX512F__)
  return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), p);
#else
  Vec v{};
  std::memcpy(&v, p, static_cast<std::size_t>(count) * sizeof(float));
  return v;
#endif
}

/// The first `count` < kLanes lanes to p.
inline void store_part(float* p, Vec v, int count) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << count) - 1), v);
#else
  std::memcpy(p, &v, static_cast<std::size_t>(count) * sizeof(float));
#endif
}

/// Whole vectors and parts in one loop: `count` is what is left, and may be kLanes or more. E: float, or BFloat16
/// (vector_bfloat16.h).
template <class E>
Vec load_up_to(const E* p, int count) {
  return count >= kLanes ? load(p) : load_part(p, count);
}
template <class E>
void store_up_to(E* p, Vec v, int count) {
  if (count >= kLanes)
    store(p, v);
  else
    store_part(p, v, count);
}

inline IntVec load_bytes(const std::uint8_t* p) {
#if defined(__AVX512F__)
  return reinterpret_cast<IntVec>(
      _mm512_maskz_cvtepu8_epi32(0xffff, _mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
#else
  ByteVec v;
  std::memcpy(&v, p, sizeof v);
  return __builtin_convertvector(v, IntVec);
#endif
}
inline IntVec load_bytes_up_to(const std::uint8_t* p, int count) {
  if (count >= kLanes) return load_bytes(p);
  std::uint8_t bytes[kLanes] = {};
  std::memcpy(bytes, p, static_cast<std::size_t>(count));
  return load_bytes(bytes);
}
inline void store_bytes_up_to(std::uint8_t* p, IntVec v, int count) {
  const ByteVec bytes = __builtin_convertvector(v, ByteVec);
  if (count >= kLanes)
    std::memcpy(p, &bytes, sizeof bytes);
  else
    std::memcpy(p, &bytes, static_cast<std::size_t>(count));
}

/// sums[i] += v[i] for the first `count` lanes.
inline void add_up_to(double* sums, Vec v, int count) {
  alignas(Vec) float lanes[kLanes];
  store(lanes, v);
  for (int i = 0; i < (count >= kLanes ? kLanes : count); ++i)
    sums[i] += static_cast<double>(lanes[i]);
}

inline Vec broadcast(float x) {
#if defined(__AVX512F__)
  return _mm512_set1_ps(x);
#elif defined(__AVX__)
  return _mm256_set1_ps(x);
#else
  return Vec{x, x, x, x};
#endif
}

/// a * b + c, in one rounding where the CPU has such an instruction.
inline Vec fma(Vec a, Vec b, Vec c) {
#if defined(__AVX512F__)
  return _mm512_fmadd_ps(a, b, c);
#elif defined(__FMA__)
  return _mm256_fmadd_ps(a, b, c);
#else
  return a * b + c;
#endif
}
inline Vec fma(float a, Vec b, Vec c) { return fma(broadcast(a), b, c); }

/// The larger and the smaller of each lane's two; where one is NaN, b.
inline Vec max_or_second(Vec a, Vec b) {
#if defined(__AVX512F__)
  return _mm512_maskz_max_ps(0xffff, a, b);
#elif defined(__AVX__)
  return _mm256_max_ps(a, b);
#else
  return a > b ? a : b;
#endif
}
inline Vec min_or_second(Vec a, Vec b) {
#if defined(__AVX512F__)
  return _mm512_maskz_min_ps(0xffff, a, b);
#elif defined(__AVX__)
  return _mm256_min_ps(a, b);
#else
  return a < b ? a : b;
#endif
}

}  // namespace nanopneumo::cpu
