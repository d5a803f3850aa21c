// Atomic operations on global and shared memory. Blocks run on several threads of the host, so they
// are atomic there too. Each returns the old value. Inlined, so that the profiler sees the kernel's
// own program counter.
#pragma once

#define NANOPNEUMO_ATOMIC \
  template <class T>      \
  inline __attribute__((always_inline)) T

namespace nanopneumo::emulator {

/// Puts change(old) where old was.
template <class T, class Change>
inline __attribute__((always_inline)) T atomic_change(T* address, const Change& change) {
  T old;
  __atomic_load(address, &old, __ATOMIC_RELAXED);
  T next = change(old);
  while (!__atomic_compare_exchange(address, &old, &next, true, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
    next = change(old);
  return old;
}

NANOPNEUMO_ATOMIC atomicAdd(T* address, T value) {
  return atomic_change(address, [=](T old) { return static_cast<T>(old + value); });
}
NANOPNEUMO_ATOMIC atomicMax(T* address, T value) {
  return atomic_change(address, [=](T old) { return old < value ? value : old; });
}
NANOPNEUMO_ATOMIC atomicMin(T* address, T value) {
  return atomic_change(address, [=](T old) { return value < old ? value : old; });
}
NANOPNEUMO_ATOMIC atomicExch(T* address, T value) {
  T old;
  __atomic_exchange(address, &value, &old, __ATOMIC_SEQ_CST);
  return old;
}
NANOPNEUMO_ATOMIC atomicCAS(T* address, T compare, T value) {
  __atomic_compare_exchange(address, &compare, &value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  return compare;
}

}  // namespace nanopneumo::emulator

#undef NANOPNEUMO_ATOMIC
