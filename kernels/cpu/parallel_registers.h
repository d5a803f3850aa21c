// Loops over arrays, some registers at a time, for functions of registers (activation.h).
#pragma once

#include "kernels/cpu/parallel.h"
#include "kernels/cpu/unrolled.h"
#include "kernels/cpu/vector.h"

namespace nanopneumo::cpu {

/// Numbers of an array that fill `registers` registers; where `count` says that there are fewer, one in part.
template <int registers>
struct Registers {
  std::int64_t first;
  int count;

  void load(const float* array, Vec (&to)[registers]) const {
    unrolled<registers>([&](int i) __attribute__((always_inline)) {
      to[i] = load_up_to(array + first + i * kLanes, count - i * kLanes);
    });
  }
  void store(float* array, const Vec (&from)[registers]) const {
    unrolled<registers>([&](int i) __attribute__((always_inline)) {
      store_up_to(array + first + i * kLanes, from[i], count - i * kLanes);
    });
  }
};

/// Calls body(Registers<4> or Registers<1>) for what together is [0, n). A number's result is the same wherever it lies
/// and whatever the number of threads.
template <class Body>
void parallel_registers(Stream& stream, std::int64_t n, const Body& body) {
  constexpr std::int64_t kWorthAThread = 16384;
  constexpr int kAtOnce = 4;
  parallel_pieces(stream, n, kWorthAThread, [&](const Range& piece, int) {
    std::int64_t i = piece.begin;
    for (; i + kAtOnce * kLanes <= piece.end; i += kAtOnce * kLanes)
      body(Registers<kAtOnce>{i, kAtOnce * kLanes});
    for (; i < piece.end; i += kLanes)
      body(Registers<1>{i, static_cast<int>(std::min<std::int64_t>(kLanes, piece.end - i))});
  });
}

/// y = f(x), with f a function of some registers; y may be x.
template <class F>
void map_registers(Stream& stream, std::int64_t n, F f, const float* x, float* y) {
  parallel_registers(stream, n, [=]<int count>(const Registers<count>& part) {
    Vec v[count];
    part.load(x, v);
    f(v);
    part.store(y, v);
  });
}

}  // namespace nanopneumo::cpu
