// Copies from global to shared memory that go on while the thread does something else (cp.async, sm_80
// and later): the data does not pass through registers, and several tiles can be on their way at once.
//
//   copy_async<kBytes>(to, from, source_bytes)   issues a copy of 4, 8 or 16 bytes; both addresses are
//                                                multiples of that. Only source_bytes are read (0: from
//                                                may be anything), the rest becomes 0.
//   commit_copies()                              what this thread issued since its last commit is a group
//   wait_for_copies<kGroups>()                   until all but the newest kGroups groups of this thread
//                                                have arrived. Other threads see them after the next
//                                                barrier.
#pragma once

#include "kernels/cuda/gpu.h"

#if defined(__CUDACC__)

namespace nanopneumo::cuda {

template <int kBytes>
__device__ __forceinline__ void copy_async(void* to, const void* from, int source_bytes) {
  const auto target = static_cast<unsigned>(__cvta_generic_to_shared(to));
  const auto source = __cvta_generic_to_global(from);
  if constexpr (kBytes == 16)  // .cg: past the L1 cache, where nothing of it would be used again
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(target), "l"(source),
                 "r"(source_bytes)
                 : "memory");
  else
    asm volatile("cp.async.ca.shared.global [%0], [%1], %2, %3;" ::"r"(target), "l"(source),
                 "n"(kBytes), "r"(source_bytes)
                 : "memory");
}

__device__ __forceinline__ void commit_copies() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}

template <int kGroups>
__device__ __forceinline__ void wait_for_copies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(kGroups) : "memory");
}

}  // namespace nanopneumo::cuda

#else
#include "kernels/emulator/async_copy.h"
#endif
