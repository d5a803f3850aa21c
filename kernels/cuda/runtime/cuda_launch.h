// launch() on a GPU.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>

#include "kernels/cuda/gpu_stream.h"

namespace nanopneumo::cuda {

/// Issues one launch to `stream`, a CudaStream. Throws CudaError with the kernel's name and the launch's sizes where the runtime
/// refuses it.
void launch_kernel(GpuStream& stream, const char* name, const void* kernel, dim3 grid, dim3 block,
                   std::size_t shared_bytes, void** arguments);

template <class... Parameters>
void issue(GpuStream& stream, const char* name, void (*kernel)(Parameters...), dim3 grid,
           dim3 block, std::size_t shared_bytes, const Parameters&... arguments) {
  void* addresses[] = {const_cast<void*>(static_cast<const void*>(&arguments))..., nullptr};
  launch_kernel(stream, name, reinterpret_cast<const void*>(kernel), grid, block, shared_bytes,
                addresses);
}

}  // namespace nanopneumo::cuda
