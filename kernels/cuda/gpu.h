// The language of the kernels. Every .cu file includes it first.
//
// One source, three programs:
//   namespace cuda       compiled by nvcc, runs on a GPU (and on ptxrun)
//   namespace emulated   compiled by the host's compiler, runs thread by thread on the CPU
//   namespace profiled   the same, every load and store counted
// A .cu file puts its code into `namespace nanopneumo::GPU_NAMESPACE`, which is one of these.
//
// Where CUDA's own spelling has no meaning for a host compiler, kernels use
//   SHARED_ARRAY(float, tile, [32][33]);    __shared__ float tile[32][33];
//   dynamic_shared<T>()                     extern __shared__ T[], 128-byte aligned
//   UNROLL                                  #pragma unroll
// and launch() (launch.h) instead of <<<>>>.
#pragma once

#include <cstdint>

#include "kernels/philox.h"

#if defined(__CUDACC__)

#include <cuda_runtime.h>
#define GPU_NAMESPACE cuda
#define SHARED_ARRAY(type, name, ...) __shared__ __align__(16) type name __VA_ARGS__
#define UNROLL _Pragma("unroll")

namespace nanopneumo::cuda {
template <class T>
__device__ __forceinline__ T* dynamic_shared() {
  extern __shared__ __align__(128) unsigned char dynamic_shared_memory[];
  return reinterpret_cast<T*>(dynamic_shared_memory);
}
}  // namespace nanopneumo::cuda

#else

#include "kernels/emulator/language.h"
#if defined(NANOPNEUMO_PROFILED)
#define GPU_NAMESPACE profiled
#else
#define GPU_NAMESPACE emulated
#endif
#define UNROLL _Pragma("GCC unroll 64")

namespace nanopneumo::GPU_NAMESPACE {
using namespace emulator;  // NOLINT: threadIdx, __syncthreads, float4, ...
}  // namespace nanopneumo::GPU_NAMESPACE

#endif

namespace nanopneumo::GPU_NAMESPACE {

inline constexpr int kWarp = 32;
inline constexpr unsigned kAllLanes = 0xFFFFFFFFu;

/// How many blocks of `block` cover n.
NANOPNEUMO_HOST_DEVICE constexpr std::int64_t ceil_div(std::int64_t n, std::int64_t block) {
  return (n + block - 1) / block;
}

}  // namespace nanopneumo::GPU_NAMESPACE
