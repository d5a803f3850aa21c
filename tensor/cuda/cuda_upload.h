// Copies to the GPU beside what it computes.
#pragma once

#include "kernels/cuda/runtime/cuda_stream.h"
#include "tensor/upload.h"

namespace nanopneumo::cuda {

/// Pinned host memory, device memory of the same size, and a queue of its own between them. `stream`,
/// which must outlive it, is where the data are read.
class CudaUpload final : public Upload {
 public:
  explicit CudaUpload(const CudaStream& stream) : stream_(stream) {}
  ~CudaUpload() override;

  std::span<std::byte> fill(std::size_t bytes) override;
  void send() override;
  void read(const std::function<void(const void*)>& issue) override;

 private:
  const CudaStream& stream_;
  StreamHandle copies_;
  PinnedMemory host_;
  DeviceMemory device_;
  std::size_t bytes_ = 0;
  Event arrived_, read_;
};

}  // namespace nanopneumo::cuda
