#include "kernels/emulator/async_copy.h"

namespace nanopneumo::emulator {

void AsyncCopies::clear() {
  pending_.clear();
  committed_ = 0;
}

void AsyncCopies::issue(const AsyncCopy& copy) {
  SharedMemory::poison(static_cast<std::byte*>(copy.to), static_cast<std::size_t>(copy.bytes));
  pending_.push_back({copy, committed_});
}

void AsyncCopies::commit() { ++committed_; }

bool AsyncCopies::take(int newest, AsyncCopy& copy) {
  if (pending_.empty() || pending_.front().group >= committed_ - newest) return false;
  copy = pending_.front().copy;
  pending_.pop_front();
  if (copy.source_bytes &&
      std::memcmp(copy.data, copy.from, static_cast<std::size_t>(copy.source_bytes)) != 0)
    this_block->fail("cp.async: the source was changed before the copy was waited for");
  return true;
}

namespace detail {

void check_async_copy(const AsyncCopy& copy) {
  const auto aligned = [&](const void* address) {
    return reinterpret_cast<std::uintptr_t>(address) % static_cast<unsigned>(copy.bytes) == 0;
  };
  if (copy.source_bytes < 0 || copy.source_bytes > copy.bytes)
    this_block->fail("cp.async: the source's size is not between 0 and the size of the copy");
  if (!aligned(copy.to) || (copy.source_bytes && !aligned(copy.from)))
    this_block->fail("cp.async: an address is not a multiple of the copy's size");
  if (!this_block->shared().contains(copy.to, static_cast<std::size_t>(copy.bytes)))
    this_block->fail("cp.async: the target does not lie in the block's shared memory");
  if (copy.source_bytes && this_block->shared().contains(copy.from, 1))
    this_block->fail("cp.async: the source does not lie in global memory");
}

}  // namespace detail
}  // namespace nanopneumo::emulator
