#include "kernels/cuda/runtime/cuda_status.h"

#include <cuda_runtime_api.h>
#include <fmt/format.h>

namespace nanopneumo::cuda {
namespace {

constexpr int kOldestCapability = 8;  // cp.async, tf32 and bfloat16 products

std::string version(int number) { return fmt::format("{}.{}", number / 1000, number % 1000 / 10); }

std::string describe(const cudaDeviceProp& gpu) {
  return fmt::format("{}, compute capability {}.{}, {} multiprocessors, {:.1f} GiB", gpu.name,
                     gpu.major, gpu.minor, gpu.multiProcessorCount,
                     static_cast<double>(gpu.totalGlobalMem) / (1 << 30));
}

std::string why_not(cudaError_t answer, const std::string& driver) {
  if (driver.empty()) return "there is no NVIDIA driver";
  if (answer == cudaErrorInsufficientDriver)
    return fmt::format("the NVIDIA driver knows CUDA {}, the program needs {}", driver,
                       version(CUDART_VERSION));
  if (answer == cudaErrorNoDevice)
    return "the NVIDIA driver finds no GPU (CUDA_VISIBLE_DEVICES may hide it)";
  return fmt::format("the NVIDIA driver answers \"{}\"", cudaGetErrorString(answer));
}

}  // namespace

std::string compiled_for() {
  return fmt::format("CUDA {}, architectures {}", version(CUDART_VERSION),
                     NANOPNEUMO_CUDA_ARCHITECTURES);
}

Status status() {
  Status status;
  int driver = 0, count = 0;
  if (cudaDriverGetVersion(&driver) == cudaSuccess && driver > 0) status.driver = version(driver);
  const cudaError_t answer = cudaGetDeviceCount(&count);
  if (answer != cudaSuccess || count == 0) {
    cudaGetLastError();
    status.missing = why_not(answer == cudaSuccess ? cudaErrorNoDevice : answer, status.driver);
    return status;
  }
  for (int i = 0; i < count; ++i) {
    cudaDeviceProp gpu{};
    if (cudaGetDeviceProperties(&gpu, i) != cudaSuccess) continue;
    status.gpus.push_back(describe(gpu));
    if (i == 0 && gpu.major < kOldestCapability)
      status.missing = fmt::format("{} has compute capability {}.{}, the kernels need {}.0",
                                   gpu.name, gpu.major, gpu.minor, kOldestCapability);
  }
  cudaGetLastError();
  if (status.gpus.empty()) status.missing = "the GPU's properties cannot be read";
  return status;
}

}  // namespace nanopneumo::cuda
