// What the profiler counts. How: docs/emulator.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/emulator/profiler/access.h"
#include "kernels/emulator/types.h"

namespace nanopneumo::profiler {

/// A request is one load or store instruction as a warp issues it: the k-th access at one program
/// counter of up to 32 lanes.
struct Requests {
  std::uint64_t requests = 0;
  std::uint64_t divergent = 0;  ///< requests of fewer than 32 lanes
  std::uint64_t lanes = 0;      ///< active lanes, summed
  std::uint64_t bytes = 0;      ///< asked for by the lanes
  /// Global memory: 32-byte sectors. Shared memory: wavefronts (1 without a conflict of banks for
  /// accesses of up to 4 bytes, 2 for 8, 4 for 16).
  std::uint64_t transactions = 0;
  /// The fewest transactions in which as many bytes could be had.
  std::uint64_t ideal_transactions = 0;
  /// Accesses of single lanes of 1, 2, 4, 8 and 16 bytes.
  std::array<std::uint64_t, 5> of_size{};

  Requests& operator+=(const Requests& other);
  double transactions_per_request() const {
    return requests ? static_cast<double>(transactions) / static_cast<double>(requests) : 0.0;
  }
};

/// The requests of one place in the program.
struct SiteProfile {
  const void* pc = nullptr;
  Space space = Space::global;
  AccessKind kind = AccessKind::load;
  Requests requests;

  /// "kernels/cuda/add.cu:10 (add_kernel)"; slow the first time.
  std::string source() const;
};

enum class FindingKind {
  race,
  uninitialised_read,
  out_of_bounds,
  misaligned,
};
inline constexpr int kFindingKinds = 4;
/// "race", "uninitialised read", "out of bounds", "misaligned access".
const char* name(FindingKind kind);

/// A fault, once for each place (for a race: pair of places) in the program.
struct Finding {
  FindingKind kind;
  std::string text;         ///< names kernel, array, threads and source lines
  std::uint64_t count = 1;  ///< how often
};

/// One launch.
struct KernelProfile {
  std::string kernel;
  emulator::dim3 grid, block;
  std::size_t static_shared_bytes = 0;  ///< of one block
  std::size_t dynamic_shared_bytes = 0;

  Requests global_loads, global_stores, global_atomics;
  Requests shared_loads, shared_stores, shared_atomics;
  std::uint64_t block_barriers = 0;   ///< over all blocks
  std::uint64_t warp_operations = 0;  ///< shuffles, votes, __syncwarp, matrix products

  // Over the whole grid, each byte and 32-byte sector of global memory once; atomics read and write.
  std::uint64_t distinct_read_bytes = 0, distinct_written_bytes = 0;
  std::uint64_t distinct_read_sectors = 0, distinct_written_sectors = 0;

  std::vector<SiteProfile> sites;  ///< in the order of the program
  std::vector<Finding> findings;

  /// What the multiprocessors exchange with L2: all sectors of all requests.
  std::uint64_t l2_bytes() const;
  /// The least that DRAM has to move: each sector once.
  std::uint64_t dram_bytes() const;
  std::size_t threads_per_block() const { return block.count(); }
  /// How often faults of one kind were found.
  std::uint64_t count(FindingKind kind) const;
  /// All findings, a line each; empty where there are none.
  std::string findings_text() const;
};

}  // namespace nanopneumo::profiler
