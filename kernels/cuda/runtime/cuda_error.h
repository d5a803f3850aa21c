// What the CUDA runtime answers, as exceptions.
#pragma once

#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace nanopneumo::cuda {

/// A call of the CUDA runtime failed. The message names the call and the device's answer.
class CudaError : public std::runtime_error {
 public:
  CudaError(const std::string& call, cudaError_t answer)
      : std::runtime_error(
            fmt::format("{}: {} ({})", call, cudaGetErrorString(answer), cudaGetErrorName(answer))),
        answer_(answer) {}
  cudaError_t answer() const { return answer_; }

 private:
  cudaError_t answer_;
};

/// Throws CudaError where `answer` is no success; `call`, with its arguments, says what was called.
template <class... Arguments>
void check(cudaError_t answer, fmt::format_string<Arguments...> call, Arguments&&... arguments) {
  if (answer == cudaSuccess) return;
  cudaGetLastError();  // it would be the answer of a later call too
  throw CudaError(fmt::format(call, std::forward<Arguments>(arguments)...), answer);
}

}  // namespace nanopneumo::cuda
