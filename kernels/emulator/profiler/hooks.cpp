// What code compiled with -fsanitize=thread calls before each load and store. These are the functions of
// the sanitizer's runtime, which is not linked: here they tell the profiler. Where nothing is profiled
// they cost one look at a thread-local variable.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/emulator/profiler/recorder.h"

using nanopneumo::profiler::AccessKind;
using nanopneumo::profiler::this_recorder;

namespace {

inline __attribute__((always_inline)) void note(const void* pc, const volatile void* address,
                                                std::size_t bytes, AccessKind kind) {
  if (this_recorder) [[unlikely]]
    this_recorder->record(pc, reinterpret_cast<std::uintptr_t>(address), bytes, kind);
}

inline void release(const volatile void* address) {
  if (this_recorder) this_recorder->release_by_atomic(reinterpret_cast<std::uintptr_t>(address));
}

// A range is a copy of a struct, or an access whose alignment the compiler does not know: on the GPU
// in pieces of at most 16 bytes.
void note_range(const void* pc, const void* address, std::size_t bytes, AccessKind kind) {
  constexpr std::size_t kMost = 16;
  const auto* piece = static_cast<const std::byte*>(address);
  for (; bytes > kMost; piece += kMost, bytes -= kMost) note(pc, piece, kMost, kind);
  if (bytes) note(pc, piece, bytes, kind);
}

}  // namespace

// The call must be direct: the return address is the kernel's program counter.
#define PC __builtin_return_address(0)

extern "C" {

void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
void __tsan_vptr_update(void**, void*) {}
void __tsan_vptr_read(void**) {}

#define PLAIN(name, bytes)                                                                    \
  void __tsan_read##name(const void* address) { note(PC, address, bytes, AccessKind::load); } \
  void __tsan_write##name(void* address) { note(PC, address, bytes, AccessKind::store); }
// Volatile accesses are told apart by clang only; they count as plain ones.
#define ACCESSES(name, bytes)                                                                      \
  PLAIN(name, bytes)                                                                               \
  void __tsan_volatile_read##name(const void* address) {                                           \
    note(PC, address, bytes, AccessKind::load);                                                    \
  }                                                                                                \
  void __tsan_volatile_write##name(void* address) { note(PC, address, bytes, AccessKind::store); } \
  void __tsan_unaligned_read##name(const void* address) {                                          \
    note(PC, address, bytes, AccessKind::load);                                                    \
  }                                                                                                \
  void __tsan_unaligned_write##name(void* address) { note(PC, address, bytes, AccessKind::store); }
ACCESSES(1, 1)
ACCESSES(2, 2)
ACCESSES(4, 4)
ACCESSES(8, 8)
ACCESSES(16, 16)

void __tsan_read_range(const void* address, std::size_t bytes) {
  note_range(PC, address, bytes, AccessKind::load);
}
void __tsan_write_range(void* address, std::size_t bytes) {
  note_range(PC, address, bytes, AccessKind::store);
}
void* __tsan_memcpy(void* to, const void* from, std::size_t bytes) {
  note_range(PC, from, bytes, AccessKind::load);
  note_range(PC, to, bytes, AccessKind::store);
  return std::memcpy(to, from, bytes);
}
void* __tsan_memmove(void* to, const void* from, std::size_t bytes) {
  note_range(PC, from, bytes, AccessKind::load);
  note_range(PC, to, bytes, AccessKind::store);
  return std::memmove(to, from, bytes);
}
void* __tsan_memset(void* to, int value, std::size_t bytes) {
  note_range(PC, to, bytes, AccessKind::store);
  return std::memset(to, value, bytes);
}

// What orders blocks is passed on before the change is seen, and taken over after what others did is.
#define ATOMIC_CHANGE(bits, T, name)                                  \
  T __tsan_atomic##bits##_##name(volatile T* address, T value, int) { \
    release(address);                                                 \
    const T old = __atomic_##name(address, value, __ATOMIC_SEQ_CST);  \
    note(PC, address, sizeof(T), AccessKind::atomic);                 \
    return old;                                                       \
  }
// A weak one that fails is tried again: that is the host's affair and not counted.
#define ATOMIC_COMPARE(bits, T, name, weak)                                                    \
  int __tsan_atomic##bits##_compare_exchange_##name(volatile T* address, T* expected, T value, \
                                                    int, int) {                                \
    release(address);                                                                          \
    const bool done = __atomic_compare_exchange_n(address, expected, value, weak,              \
                                                  __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);         \
    if (done || !weak) note(PC, address, sizeof(T), AccessKind::atomic);                       \
    return done;                                                                               \
  }
// The load before a compare-and-exchange is no request of its own.
#define ATOMICS(bits, T)                                                                      \
  T __tsan_atomic##bits##_load(const volatile T* address, int) {                              \
    return __atomic_load_n(address, __ATOMIC_SEQ_CST);                                        \
  }                                                                                           \
  void __tsan_atomic##bits##_store(volatile T* address, T value, int) {                       \
    release(address);                                                                         \
    __atomic_store_n(address, value, __ATOMIC_SEQ_CST);                                       \
    note(PC, address, sizeof(T), AccessKind::atomic);                                         \
  }                                                                                           \
  T __tsan_atomic##bits##_exchange(volatile T* address, T value, int) {                       \
    release(address);                                                                         \
    const T old = __atomic_exchange_n(address, value, __ATOMIC_SEQ_CST);                      \
    note(PC, address, sizeof(T), AccessKind::atomic);                                         \
    return old;                                                                               \
  }                                                                                           \
  ATOMIC_CHANGE(bits, T, fetch_add)                                                           \
  ATOMIC_CHANGE(bits, T, fetch_sub)                                                           \
  ATOMIC_CHANGE(bits, T, fetch_and)                                                           \
  ATOMIC_CHANGE(bits, T, fetch_or)                                                            \
  ATOMIC_CHANGE(bits, T, fetch_xor)                                                           \
  ATOMIC_CHANGE(bits, T, fetch_nand)                                                          \
  ATOMIC_COMPARE(bits, T, strong, false)                                                      \
  ATOMIC_COMPARE(bits, T, weak, true)                                                         \
  T __tsan_atomic##bits##_compare_exchange_val(volatile T* address, T expected, T value, int, \
                                               int) {                                         \
    release(address);                                                                         \
    __atomic_compare_exchange_n(address, &expected, value, false, __ATOMIC_SEQ_CST,           \
                                __ATOMIC_SEQ_CST);                                            \
    note(PC, address, sizeof(T), AccessKind::atomic);                                         \
    return expected;                                                                          \
  }
ATOMICS(8, std::uint8_t)
ATOMICS(16, std::uint16_t)
ATOMICS(32, std::uint32_t)
ATOMICS(64, std::uint64_t)

void __tsan_atomic_thread_fence(int) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
void __tsan_atomic_signal_fence(int) {}

}  // extern "C"
