// CUDA C++ as the kernels use it, for the host compiler. To be included by kernels/cuda/gpu.h alone.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/emulator/atomics.h"
#include "kernels/emulator/block.h"
#include "kernels/emulator/types.h"
#include "kernels/emulator/warp.h"

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)

namespace nanopneumo::emulator {

/// The declaration of one shared array; its address is the array's identity.
struct SharedDeclaration {
  const char* name;
};

template <class Array>
Array& shared_array(const SharedDeclaration& declaration) {
  return *reinterpret_cast<Array*>(
      this_block->shared().array(&declaration, declaration.name, sizeof(Array)));
}

/// The dynamic shared memory of the launch.
template <class T>
T* dynamic_shared() {
  return reinterpret_cast<T*>(this_block->shared().dynamic());
}

}  // namespace nanopneumo::emulator

// SHARED_ARRAY(float, tile, [32][33]) declares `__shared__ float tile[32][33]`.
#define SHARED_ARRAY(type, name, ...)                                                   \
  static constexpr ::nanopneumo::emulator::SharedDeclaration name##_declaration{#name}; \
  auto& name = ::nanopneumo::emulator::shared_array<type __VA_ARGS__>(name##_declaration)
