// Who touched a word last, to find accesses that nothing orders.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "kernels/emulator/profiler/access.h"

namespace nanopneumo::profiler {

/// One access, as much as it takes to say whether another is ordered with it.
struct Touch {
  std::uint32_t block;
  std::uint32_t phase;        ///< barriers of the block before it
  std::uint16_t thread : 15;  ///< of the block
  std::uint16_t is_atomic : 1;
  std::uint16_t clock;   ///< operations of the warp that the thread took part in, in this phase
  std::uint32_t pc_low;  ///< the lower half of the program counter; the upper is the same for all
  bool is_write = false;
};

/// Whether `earlier` comes before `now` wherever the threads run.
class Ordering {
 public:
  virtual bool ordered(const Touch& earlier, const Touch& now) const = 0;

 protected:
  ~Ordering() = default;
};

/// The last write and two of the last reads of each word of a stretch of memory. Words are four bytes
/// until something smaller is accessed, then single bytes.
class RaceShadow {
 public:
  explicit RaceShadow(std::size_t bytes = 0) : bytes_(bytes) {}

  /// Notes an access; gives an earlier one, with the offset of the word, that is not ordered with it and
  /// one of which writes (and is not atomic, as long as both are). What was noted under another `stamp`
  /// is forgotten.
  struct Conflict {
    Touch earlier;
    std::size_t offset;
  };
  std::optional<Conflict> touch(std::uint32_t stamp, std::size_t offset, std::size_t bytes,
                                const Touch& now, const Ordering& ordering);

 private:
  static constexpr std::size_t kWord = 4;
  struct Cell {
    std::uint32_t stamp = 0;
    bool written = false;
    std::uint8_t reads = 0;
    Touch write{};
    std::array<Touch, 2> read{};
  };

  void split_words();

  std::size_t bytes_;
  std::size_t unit_ = kWord;
  std::vector<Cell> cells_;  ///< made with the first access
};

}  // namespace nanopneumo::profiler
