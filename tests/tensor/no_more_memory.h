// A heap that has run out.
#pragma once

namespace nanopneumo::test {

/// While it lives, `new` throws std::bad_alloc on this thread; malloc does not know of it.
class NoMoreMemory {
 public:
  NoMoreMemory();
  NoMoreMemory(const NoMoreMemory&) = delete;
  NoMoreMemory& operator=(const NoMoreMemory&) = delete;
  ~NoMoreMemory();
};

}  // namespace nanopneumo::test
