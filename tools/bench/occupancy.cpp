#include "tools/bench/occupancy.h"

#include <algorithm>
#include <array>
#include <limits>

#include "tensor/errors.h"

namespace nanopneumo::bench {
namespace {

constexpr std::size_t kKiB = 1024;
constexpr std::array kMultiprocessors = {
    Multiprocessor{80, 2048, 32, 65536, 164 * kKiB},
    Multiprocessor{86, 1536, 16, 65536, 100 * kKiB},
    Multiprocessor{89, 1536, 24, 65536, 100 * kKiB},
    Multiprocessor{90, 2048, 32, 65536, 228 * kKiB},
    Multiprocessor{100, 2048, 32, 65536, 228 * kKiB},
    Multiprocessor{120, 1536, 24, 65536, 100 * kKiB},
};
constexpr int kWarp = 32, kPartitions = 4, kRegisterStep = 256;
constexpr std::size_t kSharedStep = 128, kSharedReserved = 1024;

template <class T>
T rounded_up(T value, T step) {
  return (value + step - 1) / step * step;
}

}  // namespace

std::span<const Multiprocessor> multiprocessors() { return kMultiprocessors; }

const Multiprocessor& multiprocessor(int capability) {
  for (const Multiprocessor& known : kMultiprocessors)
    if (known.capability == capability) return known;
  throw_input_error("compute capability {} is not known; give 80, 86, 89, 90, 100 or 120",
                    capability);
}

Occupancy occupancy(const Multiprocessor& m, const BlockNeeds& needs) {
  const int warps = (needs.threads + kWarp - 1) / kWarp, most_warps = m.threads / kWarp;
  const int by_threads = most_warps / warps;
  int by_registers = std::numeric_limits<int>::max();
  if (needs.registers_per_thread > 0) {
    const int each = rounded_up(needs.registers_per_thread * kWarp, kRegisterStep);
    by_registers = m.registers / kPartitions / each * kPartitions / warps;
  }
  const std::size_t shared = rounded_up(needs.shared_bytes + kSharedReserved, kSharedStep);
  const int by_shared = static_cast<int>(m.shared_bytes / shared);
  const int blocks = std::min({m.blocks, by_threads, by_registers, by_shared});
  const char* limiter = blocks == by_threads     ? "threads"
                        : blocks == by_registers ? "registers"
                        : blocks == by_shared    ? "shared memory"
                                                 : "blocks";
  return {blocks, static_cast<double>(blocks * warps) / most_warps, limiter};
}

}  // namespace nanopneumo::bench
