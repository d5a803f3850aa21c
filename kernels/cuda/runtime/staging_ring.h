// The way of ordinary host memory to the device.
#pragma once

#include <array>
#include <cstddef>

#include "kernels/cuda/runtime/cuda_handles.h"
#include "kernels/cuda/runtime/cuda_memory.h"

namespace nanopneumo::cuda {

/// Copies host memory to the device by way of a few pinned buffers that are filled in turn: the source
/// may be reused on return although the copy goes on in the background, in the order of its stream.
/// A long copy is cut into pieces, one of which travels while the host fills the next.
class StagingRing {
 public:
  void copy(cudaStream_t stream, void* device_memory, const void* host, std::size_t bytes);

 private:
  static constexpr std::size_t kSlotBytes = std::size_t{4} << 20;

  struct Slot {
    PinnedMemory memory;
    std::size_t used = 0;
    Event copied;  ///< recorded when the ring leaves the slot
  };

  Slot& slot_with_room(cudaStream_t stream);

  std::array<Slot, 4> slots_;
  std::size_t current_ = 0;
};

}  // namespace nanopneumo::cuda
