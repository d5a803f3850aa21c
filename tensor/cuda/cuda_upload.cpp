#include "tensor/cuda/cuda_upload.h"

namespace nanopneumo::cuda {

// The memory goes back, so nothing may be on its way.
CudaUpload::~CudaUpload() {
  static_cast<void>(cudaStreamSynchronize(copies_.get()));
  static_cast<void>(cudaStreamSynchronize(stream_.handle()));
}

std::span<std::byte> CudaUpload::fill(std::size_t bytes) {
  arrived_.wait();
  bytes_ = bytes;
  return {static_cast<std::byte*>(host_.at_least(bytes)), bytes};
}

void CudaUpload::send() {
  if (!device_.holds(bytes_)) read_.wait();
  void* to = device_.at_least(bytes_);
  read_.hold(copies_.get());
  check(cudaMemcpyAsync(to, host_.get(), bytes_, cudaMemcpyHostToDevice, copies_.get()),
        "cudaMemcpyAsync of {} bytes to the device", bytes_);
  arrived_.record(copies_.get());
}

void CudaUpload::read(const std::function<void(const void*)>& issue) {
  arrived_.hold(stream_.handle());
  issue(device_.get());
  read_.record(stream_.handle());
}

}  // namespace nanopneumo::cuda
