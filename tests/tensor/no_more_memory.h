// A heap that has run out.
#pragma once

namespace nanopneumo::test {

/// While it lives, `new` throws std::bad_alloc on this thread; malloc does not know of it.
class NoMoreMemory {
 public:
  /// Not where a sanitizer has its own `new`: it then goes on as ever.
  static bool is_possible();
  NoMoreMemory();
  NoMoreMemory(const NoMoreMemory&) = delete;
  NoMoreMemory& operator=(const NoMoreMemory&) = delete;
  ~NoMoreMemory();
};

}  // namespace nanopneumo::test
