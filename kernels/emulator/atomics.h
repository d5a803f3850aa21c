// Atomic operations on global and shared memory. Blocks run on several threads of the host, so they
// are atomic there too. Each returns the old value.
#pragma once

#include <atomic>

namespace nanopneumo::emulator {

namespace detail {

template <class T, class Change>
T atomic_change(T* address, const Change& change) {
  std::atomic_ref<T> value(*address);
  T old = value.load();
  while (!value.compare_exchange_weak(old, change(old))) {
  }
  return old;
}

}  // namespace detail

template <class T>
T atomicAdd(T* address, T value) {
  return detail::atomic_change(address, [=](T old) { return static_cast<T>(old + value); });
}
template <class T>
T atomicMax(T* address, T value) {
  return detail::atomic_change(address, [=](T old) { return old < value ? value : old; });
}
template <class T>
T atomicMin(T* address, T value) {
  return detail::atomic_change(address, [=](T old) { return value < old ? value : old; });
}
template <class T>
T atomicExch(T* address, T value) {
  return std::atomic_ref<T>(*address).exchange(value);
}
template <class T>
T atomicCAS(T* address, T compare, T value) {
  std::atomic_ref<T>(*address).compare_exchange_strong(compare, value);
  return compare;
}

inline void __threadfence() { std::atomic_thread_fence(std::memory_order_seq_cst); }
inline void __threadfence_block() { std::atomic_thread_fence(std::memory_order_seq_cst); }

}  // namespace nanopneumo::emulator
