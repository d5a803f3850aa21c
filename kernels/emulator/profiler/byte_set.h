// A set of bytes of a stretch of memory, a bit each.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace nanopneumo::profiler {

class ByteSet {
 public:
  explicit ByteSet(std::size_t bytes = 0) : words_((bytes + kBits - 1) / kBits) {}

  void insert(std::size_t first, std::size_t bytes) {
    for_each_word(first, bytes, [this](std::size_t word, std::uint64_t mask) {
      words_[word] |= mask;
      return true;
    });
  }
  void erase(std::size_t first, std::size_t bytes) {
    for_each_word(first, bytes, [this](std::size_t word, std::uint64_t mask) {
      words_[word] &= ~mask;
      return true;
    });
  }
  bool contains(std::size_t first, std::size_t bytes) const {
    return for_each_word(first, bytes, [this](std::size_t word, std::uint64_t mask) {
      return (words_[word] & mask) == mask;
    });
  }
  void clear() { std::ranges::fill(words_, 0); }

  std::uint64_t count() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t word : words_) sum += static_cast<unsigned>(std::popcount(word));
    return sum;
  }
  /// How many stretches of 32 bytes, from the start, hold a byte of the set.
  std::uint64_t count_sectors() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t word : words_)
      sum += static_cast<unsigned>((word & 0xFFFFFFFFu) != 0) + (word >> 32 != 0);
    return sum;
  }

 private:
  static constexpr std::size_t kBits = 64;

  // Calls visit(word, mask) until it returns false; whether it never did.
  template <class Visit>
  static bool for_each_word(std::size_t first, std::size_t bytes, const Visit& visit) {
    for (const std::size_t end = first + bytes; first < end;) {
      const std::size_t bit = first % kBits, n = std::min(kBits - bit, end - first);
      const std::uint64_t ones = n == kBits ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1;
      if (!visit(first / kBits, ones << bit)) return false;
      first += n;
    }
    return true;
  }

  std::vector<std::uint64_t> words_;
};

}  // namespace nanopneumo::profiler
