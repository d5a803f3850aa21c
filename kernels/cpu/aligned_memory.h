// Memory that our own kernels and oneDNN work in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace nanopneumo::cpu {

/// At least `bytes`, from the beginning of a cache line and of the widest register; large pieces from pages of 2 MiB
/// where the system grants them: the processor then finds their addresses in its table of translations. Throws
/// std::bad_alloc. To be given back by std::free.
void* allocate_memory(std::size_t bytes);

struct FreeMemory {
  void operator()(void* memory) const;
};
using AlignedBytes = std::unique_ptr<std::byte[], FreeMemory>;
using AlignedFloats = std::unique_ptr<float[], FreeMemory>;

/// Not initialised.
inline AlignedBytes allocate_bytes(std::size_t count) {
  return AlignedBytes(static_cast<std::byte*>(allocate_memory(count)));
}
inline AlignedFloats allocate_floats(std::int64_t count) {
  return AlignedFloats(
      static_cast<float*>(allocate_memory(static_cast<std::size_t>(count) * sizeof(float))));
}

}  // namespace nanopneumo::cpu
