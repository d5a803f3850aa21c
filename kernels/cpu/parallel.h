// How the plain loops are shared among the stream's threads: contiguous parts with fixed borders,
// so that the same number of threads gives the same bits.
#pragma once

#include <omp.h>

#include <algorithm>
#include <cstdint>

#include "kernels/cpu/cpu_stream.h"

namespace nanopneumo::cpu {

inline CpuStream& cpu_stream(Stream& stream) { return static_cast<CpuStream&>(stream); }

/// Part number `part` of [0, n) cut into `parts` parts whose sizes differ by at most one.
struct Range {
  std::int64_t begin, end;
  Range(std::int64_t n, int part, int parts)
      : begin(n / parts * part + std::min<std::int64_t>(part, n % parts)),
        end(begin + n / parts + (part < n % parts ? 1 : 0)) {}
};

// Each thread works with a copy of the body: what it captured is then known to stay as it is, which
// the compiler has to know before it keeps pointers in registers and vectorises.

/// Calls body(i) for i in [0, n), each i on one thread; for coarse work such as a row of an image.
template <class Body>
void parallel_for(Stream& stream, std::int64_t n, Body body) {
  const int threads =
      static_cast<int>(std::clamp<std::int64_t>(n, 1, cpu_stream(stream).threads()));
#pragma omp parallel for schedule(static) num_threads(threads) firstprivate(body)
  for (std::int64_t i = 0; i < n; ++i) body(i);
}

/// Calls body(range, thread) for the range of [0, n) that each thread has, none of them empty.
template <class Body>
void parallel_ranges(Stream& stream, std::int64_t n, const Body& body) {
  const auto threads = static_cast<int>(std::min<std::int64_t>(n, cpu_stream(stream).threads()));
  parallel_for(stream, threads, [&](std::int64_t thread) {
    body(Range(n, static_cast<int>(thread), threads), thread);
  });
}

/// Calls body(i) for i in [0, n), vectorised: the calls must not depend on one another.
template <class Body>
void parallel_elements(Stream& stream, std::int64_t n, Body body) {
  constexpr std::int64_t kWorthAThread = 16384;
  const int threads = static_cast<int>(
      std::clamp<std::int64_t>(n / kWorthAThread, 1, cpu_stream(stream).threads()));
#pragma omp parallel for simd schedule(static) num_threads(threads) firstprivate(body)
  for (std::int64_t i = 0; i < n; ++i) body(i);
}

}  // namespace nanopneumo::cpu
