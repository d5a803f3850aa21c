// One access to memory by one CUDA thread.
#pragma once

#include <cstdint>

namespace nanopneumo::profiler {

enum class AccessKind : std::uint8_t { load, store, atomic };
enum class Space : std::uint8_t { global, shared };

class Allocation;

struct Access {
  const void* pc;  ///< where the program goes on after the access
  std::uintptr_t address;
  Allocation* allocation;  ///< that it lies in; null in shared memory
  std::uint16_t bytes;
  AccessKind kind;
  Space space() const { return allocation ? Space::global : Space::shared; }
};

}  // namespace nanopneumo::profiler
