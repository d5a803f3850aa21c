// The GPU as a device.
#pragma once

#include <memory>

#include "kernels/cuda/gemm_policy.h"
#include "kernels/cuda/runtime/cuda_status.h"
#include "tensor/device.h"

namespace nanopneumo {

/// The first GPU (CUDA_VISIBLE_DEVICES chooses another). Below float32, dense layers and convolutions run
/// on tensor cores; in float32 `gemm` multiplies plain matrices. Operations run in the background, in order;
/// they are waited for where values go back to the host. Throws InputError, saying what is missing,
/// where the program or the machine has no GPU to offer; cuda::CudaError, at once or later, where the
/// device fails.
std::unique_ptr<Device> make_cuda_device(Precision precision = Precision::float32,
                                         GemmLibrary gemm = GemmLibrary::ours);

}  // namespace nanopneumo
