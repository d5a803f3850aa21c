// Memory of a device, behind one interface.
#pragma once

#include <cstddef>
#include <cstdint>

namespace nanopneumo {

/// What an allocator has handed out so far.
struct MemoryStatistics {
  std::size_t in_use = 0;          ///< bytes handed out now
  std::size_t peak_in_use = 0;     ///< the most bytes ever handed out at one time
  std::size_t reserved = 0;        ///< bytes taken from the system
  std::uint64_t system_calls = 0;  ///< how often the system was asked for memory
};

/// Device memory. Every tensor's storage comes from one of these.
class Allocator {
 public:
  static constexpr std::size_t kAlignment = 64;  ///< a cache line, and an AVX-512 register

  virtual ~Allocator() = default;
  /// Uninitialised memory of `bytes` bytes at a multiple of kAlignment; bytes may be 0.
  /// Throws std::bad_alloc when the device has no more.
  virtual void* allocate(std::size_t bytes) = 0;
  /// Gives back what allocate(bytes) returned.
  virtual void release(void* memory, std::size_t bytes) noexcept = 0;
  /// Gives the system back what is kept for later and nobody holds.
  virtual void trim() {}
  virtual MemoryStatistics statistics() const = 0;
};

}  // namespace nanopneumo
