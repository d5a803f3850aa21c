#include "kernels/cuda/runtime/cuda_stream.h"

#include <cstdlib>
#include <string_view>

#include "kernels/cuda/runtime/cublas_gemm.h"
#include "kernels/cuda/runtime/cuda_launch.h"

namespace nanopneumo::cuda {
namespace {

/// Dynamic shared memory that a kernel may have without being allowed more.
constexpr std::size_t kSharedByDefault = std::size_t{48} << 10;

int multiprocessors_of_current_device() {
  int device = 0, count = 0;
  check(cudaGetDevice(&device), "cudaGetDevice");
  check(cudaDeviceGetAttribute(&count, cudaDevAttrMultiProcessorCount, device),
        "cudaDeviceGetAttribute");
  return count;
}

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value && *value && std::string_view(value) != "0";
}

}  // namespace

std::string LaunchRecord::str() const {
  return fmt::format("{} with grid ({}, {}, {}), block ({}, {}, {}) and {} bytes of shared memory",
                     kernel, grid.x, grid.y, grid.z, block.x, block.y, block.z, shared_bytes);
}

CudaStream::CudaStream(GemmLibrary gemm)
    : library_gemm_(gemm == GemmLibrary::cublas ? make_cublas_gemm(handle()) : nullptr),
      multiprocessors_(multiprocessors_of_current_device()),
      wait_for_each_(is_set("NANOPNEUMO_CUDA_SYNC")) {}

// Memory that kernels in the queue still use is about to be given back.
CudaStream::~CudaStream() { static_cast<void>(cudaStreamSynchronize(handle())); }

void CudaStream::synchronize() {
  const cudaError_t answer = cudaStreamSynchronize(handle());
  if (answer != cudaSuccess)
    check(answer,
          "cudaStreamSynchronize (NANOPNEUMO_CUDA_SYNC=1 tells the kernel that failed) after {}",
          last_launches());
}

void* CudaStream::workspace(std::size_t bytes) {
  if (!workspace_.holds(bytes)) synchronize();
  return workspace_.at_least(bytes);
}

void CudaStream::upload(void* device_memory, const void* host, std::size_t bytes) {
  staging_.copy(handle(), device_memory, host, bytes);
}

void CudaStream::allow_shared_memory(const LaunchRecord& launch, const void* kernel) {
  if (launch.shared_bytes <= kSharedByDefault) return;
  std::size_t& allowed = allowed_shared_bytes_[kernel];
  if (launch.shared_bytes <= allowed) return;
  check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                             static_cast<int>(launch.shared_bytes)),
        "cudaFuncSetAttribute for {}", launch.str());
  allowed = launch.shared_bytes;
}

void CudaStream::launch(const LaunchRecord& launch, const void* kernel, void** arguments) {
  allow_shared_memory(launch, kernel);
  launches_[launched_++ % launches_.size()] = launch;
  const cudaError_t answer =
      cudaLaunchKernel(kernel, launch.grid, launch.block, arguments, launch.shared_bytes, handle());
  // The answer may also be about a kernel before, which has failed in the meantime.
  if (answer != cudaSuccess) check(answer, "launch of {}", last_launches());
  if (wait_for_each_)
    check(cudaStreamSynchronize(handle()), "{} (NANOPNEUMO_CUDA_SYNC)", launch.str());
}

std::string CudaStream::last_launches() const {
  if (launched_ == 0) return "no launch";
  std::string text;
  for (std::uint64_t i = 0; i < launches_.size() && i < launched_; ++i)
    text += (i ? "; before it " : "") + launches_[(launched_ - 1 - i) % launches_.size()].str();
  return text;
}

void launch_kernel(GpuStream& stream, const char* name, const void* kernel, dim3 grid, dim3 block,
                   std::size_t shared_bytes, void** arguments) {
  static_cast<CudaStream&>(stream).launch({name, grid, block, shared_bytes}, kernel, arguments);
}

}  // namespace nanopneumo::cuda
