// As many floats as one register of the CPU that is compiled for holds.
#pragma once

#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace nanopneumo::cpu::winograd {

#if defined(__AVX512F__)
inline constexpr int kLanes = 16;
#elif defined(__AVX__)
inline constexpr int kLanes = 8;
#else
inline constexpr int kLanes = 4;
#endif

/// Added, subtracted and multiplied with the operators, lane by lane.
typedef float Vec __attribute__((vector_size(kLanes * sizeof(float))));

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

/// Whole vectors and parts in one loop: `count` is what is left, and may be kLanes or more.
inline Vec load_up_to(const float* p, int count) {
  return count >= kLanes ? load(p) : load_part(p, count);
}
inline void store_up_to(float* p, Vec v, int count) {
  if (count >= kLanes)
    store(p, v);
  else
    store_part(p, v, count);
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

}  // namespace nanopneumo::cpu::winograd
