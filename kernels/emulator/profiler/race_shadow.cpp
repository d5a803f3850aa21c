#include "kernels/emulator/profiler/race_shadow.h"

namespace nanopneumo::profiler {

void RaceShadow::split_words() {
  std::vector<Cell> bytes(bytes_);
  for (std::size_t i = 0; i < bytes_ && !cells_.empty(); ++i) bytes[i] = cells_[i / kWord];
  cells_ = std::move(bytes);
  unit_ = 1;
}

std::optional<RaceShadow::Conflict> RaceShadow::touch(std::uint32_t stamp, std::size_t offset,
                                                      std::size_t bytes, const Touch& now,
                                                      const Ordering& ordering) {
  if (unit_ != 1 && (bytes % kWord || offset % kWord)) split_words();
  if (cells_.empty()) cells_.resize((bytes_ + unit_ - 1) / unit_);
  std::optional<Conflict> conflict;
  for (std::size_t i = offset / unit_, end = (offset + bytes) / unit_; i < end; ++i) {
    Cell& cell = cells_[i];
    if (cell.stamp != stamp) cell = {.stamp = stamp};
    const auto check = [&](const Touch& earlier) {
      if (!conflict && !(earlier.is_atomic && now.is_atomic) && !ordering.ordered(earlier, now))
        conflict = Conflict{earlier, i * unit_};
    };
    if (cell.written) check(cell.write);
    if (now.is_write) {
      for (std::size_t r = 0; r < cell.reads; ++r) check(cell.read[r]);
      cell.written = true;
      cell.write = now;
      cell.reads = 0;
    } else {
      // The latest read, and the latest by somebody else: a write by either then meets the other.
      const bool same =
          cell.reads && cell.read[0].block == now.block && cell.read[0].thread == now.thread;
      if (cell.reads && !same) {
        cell.read[1] = cell.read[0];
        cell.reads = 2;
      }
      if (!cell.reads) cell.reads = 1;
      cell.read[0] = now;
    }
  }
  return conflict;
}

}  // namespace nanopneumo::profiler
