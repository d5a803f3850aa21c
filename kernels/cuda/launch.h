// The one way to launch a kernel:
//
//   launch(stream, KERNEL(add_kernel<4>), grid, block, shared_bytes, arguments...);
//
// `shared_bytes` is the dynamic shared memory; more than 48 KiB is asked for where it is needed.
#pragma once

#include <cstddef>
#include <type_traits>

#include "kernels/cuda/gpu.h"
#include "kernels/cuda/gpu_stream.h"
#if defined(__CUDACC__)
#include "kernels/cuda/runtime/cuda_launch.h"
#else
#include "kernels/emulator/emulated_launch.h"
#endif

// A kernel together with its name, for messages and profiles.
#define KERNEL(...) \
  ::nanopneumo::NamedKernel { #__VA_ARGS__, __VA_ARGS__ }

namespace nanopneumo {

template <class... Parameters>
struct NamedKernel {
  const char* name;
  void (*function)(Parameters...);
};
template <class... Parameters>  // clang 14 does not find it by itself
NamedKernel(const char*, void (*)(Parameters...))->NamedKernel<Parameters...>;

namespace GPU_NAMESPACE {

template <class... Parameters>
void launch(Stream& stream, const NamedKernel<Parameters...>& kernel, dim3 grid, dim3 block,
            std::size_t shared_bytes, std::type_identity_t<Parameters>... arguments) {
  issue(gpu_stream(stream), kernel.name, kernel.function, grid, block, shared_bytes, arguments...);
}

}  // namespace GPU_NAMESPACE
}  // namespace nanopneumo
