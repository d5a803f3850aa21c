// How loops are shared among the stream's threads: in pieces whose borders follow from the loop and the number of
// threads, so that the same number of threads gives the same bits. Which thread gets which piece is left to chance.
#pragma once

#include <omp.h>

#include <algorithm>
#include <array>
#include <atomic>
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

  /// Of this range in turn.
  Range part(int part, int parts) const {
    Range result(end - begin, part, parts);
    result.begin += begin;
    result.end += begin;
    return result;
  }
};

/// The next piece of a thread's share that nobody has begun; in a cache line of its own.
struct alignas(64) NextPiece {
  std::atomic<int> number;
};

// Each thread works with a copy of the body: what it captured is then known to stay as it is, which
// the compiler has to know before it keeps pointers in registers and vectorises.

/// Calls body(piece, thread) for ranges of at most `most` that together are [0, n). Each thread begins with a share of
/// its own, the same in each call, so that it finds in its caches what it left there. Who is done goes on with the
/// shares of others: cores are not all of one speed, and some have other work to do. So a result must not depend on
/// the thread that has computed it, and `thread` only says whose scratch memory to use.
template <class Body>
void parallel_pieces(int threads, std::int64_t n, std::int64_t most, Body body) {
  constexpr int kMostShares = 64;
  if (n <= 0) return;
  const std::int64_t fewest = (n + most - 1) / most;
  const int team = static_cast<int>(std::min<std::int64_t>(fewest, threads));
  const int shares = std::min(team, kMostShares);
  const auto pieces = static_cast<int>((fewest + shares - 1) / shares);  // of a share
  std::array<NextPiece, kMostShares> next;
  for (int s = 0; s < shares; ++s) next[static_cast<std::size_t>(s)].number = 0;
#pragma omp parallel num_threads(team) firstprivate(body)
  {
    const int thread = omp_get_thread_num();
    for (int i = 0; i < shares; ++i) {
      const int s = (thread + i) % shares;
      const Range share(n, s, shares);
      auto& number = next[static_cast<std::size_t>(s)].number;
      for (int p; (p = number.fetch_add(1, std::memory_order_relaxed)) < pieces;)
        if (const Range piece = share.part(p, pieces); piece.begin < piece.end) body(piece, thread);
    }
  }
}
template <class Body>
void parallel_pieces(Stream& stream, std::int64_t n, std::int64_t most, const Body& body) {
  parallel_pieces(cpu_stream(stream).threads(), n, most, body);
}

/// Calls body(i) for i in [0, n), each i on one thread; for coarse work such as a row of an image.
template <class Body>
void parallel_for(Stream& stream, std::int64_t n, const Body& body) {
  constexpr int kPiecesOfAThread = 8;
  const int threads = cpu_stream(stream).threads();
  parallel_pieces(threads, n, std::max<std::int64_t>(1, n / (threads * kPiecesOfAThread)),
                  [body](const Range& piece, int) {
                    for (std::int64_t i = piece.begin; i < piece.end; ++i) body(i);
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
