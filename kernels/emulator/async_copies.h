// The copies of one thread that are under way (cp.async).
#pragma once

#include <cstddef>
#include <deque>

namespace nanopneumo::emulator {

struct AsyncCopy {
  void* to = nullptr;  ///< in shared memory
  const void* from = nullptr;
  int bytes = 0;         ///< 4, 8 or 16
  int source_bytes = 0;  ///< read from `from`; zeros follow
  alignas(16) std::byte data[16] = {};
};

/// Copies are issued one by one, committed as groups, and land in the order in which they were issued.
class AsyncCopies {
 public:
  /// Forgets all, for a new CUDA thread.
  void clear();
  /// Poisons the target.
  void issue(const AsyncCopy& copy);
  /// What was issued since the last commit becomes a group; it may be empty.
  void commit();
  /// The next copy of a group that is not among the `newest` committed ones, if there is one. Throws
  /// KernelError where its source was changed meanwhile.
  bool take(int newest, AsyncCopy& copy);

 private:
  struct Pending {
    AsyncCopy copy;
    long long group;
  };
  std::deque<Pending> pending_;
  long long committed_ = 0;  ///< groups so far
};

}  // namespace nanopneumo::emulator
