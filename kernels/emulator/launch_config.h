// One launch of a kernel.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/emulator/types.h"

namespace nanopneumo::emulator {

inline constexpr unsigned kWarpSize = 32;
inline constexpr unsigned kMaxThreadsPerBlock = 1024;
/// Shared memory a block may have: declared arrays alone, and together with dynamic memory (sm_90).
inline constexpr std::size_t kMaxStaticShared = std::size_t{48} << 10;
inline constexpr std::size_t kMaxShared = std::size_t{227} << 10;

struct LaunchConfig {
  const char* kernel = "";
  dim3 grid, block;
  std::size_t shared_bytes = 0;  ///< dynamic shared memory
};

/// In which order the threads of a block (and the blocks of a grid) run between two barriers. A
/// result that depends on it is a race.
enum class ThreadOrder { forward, reverse, shuffled };

struct Schedule {
  ThreadOrder order = ThreadOrder::forward;
  std::uint64_t seed = 0;  ///< of the shuffles
};

}  // namespace nanopneumo::emulator
