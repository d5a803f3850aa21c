// The CUDA stream behind a device.
#pragma once

#include <stdexcept>

#include "kernels/cuda/runtime/cuda_stream.h"
#include "tensor/device.h"

namespace nanopneumo::bench {

/// Throws std::logic_error for a device other than cuda.
inline cudaStream_t queue_of(Device& device) {
  if (device.name() != "cuda") throw std::logic_error(device.name() + " has no CUDA stream");
  return static_cast<cuda::CudaStream&>(device.stream()).handle();
}

}  // namespace nanopneumo::bench
