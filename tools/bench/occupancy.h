// How many blocks of a kernel a multiprocessor holds at once.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace nanopneumo::bench {

/// What a multiprocessor of a compute capability has (CUDA Programming Guide, "Technical
/// specifications per compute capability").
struct Multiprocessor {
  int capability;  ///< 80 for 8.0
  int threads, blocks;
  int registers;
  std::size_t shared_bytes;
};
std::span<const Multiprocessor> multiprocessors();
/// Throws InputError for a compute capability that is not in the table.
const Multiprocessor& multiprocessor(int capability);

/// What one block takes.
struct BlockNeeds {
  int threads;
  int registers_per_thread;
  std::size_t shared_bytes;  ///< static and dynamic
};

struct Occupancy {
  int blocks;           ///< on one multiprocessor
  double share;         ///< of the warps that it could hold
  std::string limiter;  ///< "registers", "shared memory", "threads" or "blocks"
};

/// As CUDA's cuda_occupancy.h counts: registers are given to warps in steps of 256, warps belong to
/// four partitions with a quarter of the registers each, shared memory comes in steps of 128 bytes
/// and costs a block 1 KiB more than it asks for.
Occupancy occupancy(const Multiprocessor& multiprocessor, const BlockNeeds& needs);

}  // namespace nanopneumo::bench
