// Memory that is asked for while a product is computed, so that it is in the caches when its turn comes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace nanopneumo::cpu::tiled {

/// Memory that will be read next.
struct Upcoming {
  const std::byte* data = nullptr;
  std::int64_t bytes = 0;
};

template <class E>
Upcoming upcoming(const E* data, std::int64_t count) {
  return {reinterpret_cast<const std::byte*>(data), count * std::int64_t{sizeof(E)}};
}

/// Fetches it into the second-level cache, a piece at a time.
class Fetch {
 public:
  Fetch(Upcoming upcoming, std::int64_t pieces)
      : rest_(upcoming), piece_((upcoming.bytes / pieces / kCacheLine + 1) * kCacheLine) {}

  void next() {
    constexpr int kRead = 0, kSecondLevel = 2;
    const std::int64_t count = std::min(piece_, rest_.bytes);
    for (std::int64_t i = 0; i < count; i += kCacheLine)
      __builtin_prefetch(rest_.data + i, kRead, kSecondLevel);
    rest_.data += count;
    rest_.bytes -= count;
  }

 private:
  static constexpr std::int64_t kCacheLine = 64;
  Upcoming rest_;
  std::int64_t piece_;
};

}  // namespace nanopneumo::cpu::tiled
