#include "kernels/cuda/runtime/staging_ring.h"

#include <algorithm>
#include <cstring>

namespace nanopneumo::cuda {

StagingRing::Slot& StagingRing::slot_with_room(cudaStream_t stream) {
  if (slots_[current_].used == kSlotBytes) {
    slots_[current_].copied.record(stream);
    current_ = (current_ + 1) % slots_.size();
    slots_[current_].copied.wait();
    slots_[current_].used = 0;
  }
  return slots_[current_];
}

void StagingRing::copy(cudaStream_t stream, void* device_memory, const void* host,
                       std::size_t bytes) {
  auto* to = static_cast<std::byte*>(device_memory);
  auto* from = static_cast<const std::byte*>(host);
  while (bytes > 0) {
    Slot& slot = slot_with_room(stream);
    const std::size_t piece = std::min(bytes, kSlotBytes - slot.used);
    std::byte* staged = static_cast<std::byte*>(slot.memory.at_least(kSlotBytes)) + slot.used;
    std::memcpy(staged, from, piece);
    check(cudaMemcpyAsync(to, staged, piece, cudaMemcpyHostToDevice, stream),
          "cudaMemcpyAsync of {} bytes to the device", piece);
    slot.used += piece;
    to += piece;
    from += piece;
    bytes -= piece;
  }
}

}  // namespace nanopneumo::cuda
