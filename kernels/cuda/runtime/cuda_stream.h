// The stream of a GPU.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "kernels/cuda/gpu_stream.h"
#include "kernels/cuda/runtime/cuda_handles.h"
#include "kernels/cuda/runtime/cuda_memory.h"
#include "kernels/cuda/runtime/staging_ring.h"

namespace nanopneumo::cuda {

/// One launch, as messages name it.
struct LaunchRecord {
  const char* kernel = nullptr;
  dim3 grid, block;
  std::size_t shared_bytes = 0;

  std::string str() const;
};

/// Kernels run in the background. What goes wrong in one shows at a later synchronize(), whose CudaError
/// names the last launches; with NANOPNEUMO_CUDA_SYNC=1 in the environment each launch is waited for
/// and the error names the one kernel.
class CudaStream final : public GpuStream {
 public:
  /// On the device that is current (the first one, unless CUDA_VISIBLE_DEVICES says otherwise).
  explicit CudaStream(GemmLibrary gemm = GemmLibrary::ours);
  ~CudaStream() override;

  void synchronize() override;
  void* workspace(std::size_t bytes) override;
  void upload(void* device_memory, const void* host, std::size_t bytes) override;
  int multiprocessors() const override { return multiprocessors_; }
  LibraryGemm* library_gemm() override { return library_gemm_.get(); }

  /// Issues a kernel. Throws CudaError where the launch is refused.
  void launch(const LaunchRecord& launch, const void* kernel, void** arguments);
  cudaStream_t handle() const { return stream_.get(); }

 private:
  void allow_shared_memory(const LaunchRecord& launch, const void* kernel);
  std::string last_launches() const;

  StreamHandle stream_;
  std::unique_ptr<LibraryGemm> library_gemm_;  ///< null: ours
  int multiprocessors_;
  bool wait_for_each_;
  StagingRing staging_;
  DeviceMemory workspace_;
  std::unordered_map<const void*, std::size_t> allowed_shared_bytes_;
  std::array<LaunchRecord, 8> launches_;  ///< the last ones, as a ring
  std::uint64_t launched_ = 0;
};

}  // namespace nanopneumo::cuda
