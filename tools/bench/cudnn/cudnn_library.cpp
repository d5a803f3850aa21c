#include "tools/bench/cudnn/cudnn_library.h"

#include <array>

namespace nanopneumo::bench {

Cudnn::Cudnn(cudaStream_t stream) {
  if (cudnnGetVersion() < 90000)
    throw std::runtime_error(
        fmt::format("cuDNN: {} is too old; the benchmark compares with version 9", version()));
  CUDNN_CALL(*this, cudnnCreate, &handle_);
  CUDNN_CALL(*this, cudnnSetStream, handle_, stream);
}

Cudnn::~Cudnn() {
  if (handle_) static_cast<void>(cudnnDestroy(handle_));
}

std::string Cudnn::version() const {
  const std::size_t number = cudnnGetVersion();  // 91900
  return fmt::format("{}.{}.{}", number / 10000, number / 100 % 100, number % 100);
}

void Cudnn::check(cudnnStatus_t status, const char* call) const {
  if (status == CUDNN_STATUS_SUCCESS) return;
  std::array<char, 512> details{};
  cudnnGetLastErrorString(details.data(), details.size());
  throw CudnnError(fmt::format("{}: {} {}", call, cudnnGetErrorString(status), details.data()),
                   status);
}

}  // namespace nanopneumo::bench
