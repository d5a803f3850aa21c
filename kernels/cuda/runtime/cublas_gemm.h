// cuBLAS, for products of plain matrices.
#pragma once

#include <cuda_runtime_api.h>

#include <memory>

#include "kernels/cuda/gemm_policy.h"

namespace nanopneumo::cuda {

/// Loads the library and makes a handle for products on `stream`. Throws std::runtime_error, saying why,
/// where the library is not there or refuses.
std::unique_ptr<LibraryGemm> make_cublas_gemm(cudaStream_t stream);

}  // namespace nanopneumo::cuda
