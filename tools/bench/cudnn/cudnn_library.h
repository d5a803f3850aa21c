// cuDNN 9, found at run time.
#pragma once

#include <cudnn.h>
#include <fmt/format.h>

#include <stdexcept>
#include <string>

#include "kernels/cuda/runtime/cuda_memory.h"
#include "kernels/shared_library.h"

// Calls a function of the library and throws CudnnError with its name where it fails.
#define CUDNN_CALL(cudnn, function, ...) (cudnn).check((cudnn).function(__VA_ARGS__), #function)

// A member with the name and type of the library's function.
#define CUDNN_FUNCTION(name) decltype(&::name) name = library_.function<decltype(::name)>(#name)

namespace nanopneumo::bench {

class CudnnError : public std::runtime_error {
 public:
  CudnnError(const std::string& message, cudnnStatus_t status)
      : std::runtime_error(message), status_(status) {}
  cudnnStatus_t status() const { return status_; }

 private:
  cudnnStatus_t status_;
};

/// The library's functions and a handle whose work goes to one CUDA stream.
class Cudnn {
 public:
  /// Throws std::runtime_error, saying why, where the library is not there.
  explicit Cudnn(cudaStream_t stream);
  Cudnn(const Cudnn&) = delete;
  Cudnn& operator=(const Cudnn&) = delete;
  ~Cudnn();

  cudnnHandle_t handle() const { return handle_; }
  /// "9.19.0", of the library that was found.
  std::string version() const;
  /// Scratch memory of at least so many bytes; what it held is lost when it grows.
  void* workspace(std::size_t bytes) { return workspace_.at_least(bytes); }

  void check(cudnnStatus_t status, const char* call) const;

 private:
  SharedLibrary library_{"cuDNN", {"libcudnn.so.9", "libcudnn.so"}};

 public:
  CUDNN_FUNCTION(cudnnGetVersion);
  CUDNN_FUNCTION(cudnnGetErrorString);
  CUDNN_FUNCTION(cudnnGetLastErrorString);
  CUDNN_FUNCTION(cudnnCreate);
  CUDNN_FUNCTION(cudnnDestroy);
  CUDNN_FUNCTION(cudnnSetStream);
  // The graph API.
  CUDNN_FUNCTION(cudnnBackendCreateDescriptor);
  CUDNN_FUNCTION(cudnnBackendDestroyDescriptor);
  CUDNN_FUNCTION(cudnnBackendFinalize);
  CUDNN_FUNCTION(cudnnBackendSetAttribute);
  CUDNN_FUNCTION(cudnnBackendGetAttribute);
  CUDNN_FUNCTION(cudnnBackendExecute);
  // Descriptors of the older API.
  CUDNN_FUNCTION(cudnnCreateTensorDescriptor);
  CUDNN_FUNCTION(cudnnDestroyTensorDescriptor);
  CUDNN_FUNCTION(cudnnSetTensor4dDescriptor);
  CUDNN_FUNCTION(cudnnCreateActivationDescriptor);
  CUDNN_FUNCTION(cudnnDestroyActivationDescriptor);
  CUDNN_FUNCTION(cudnnSetActivationDescriptor);
  CUDNN_FUNCTION(cudnnCreatePoolingDescriptor);
  CUDNN_FUNCTION(cudnnDestroyPoolingDescriptor);
  CUDNN_FUNCTION(cudnnSetPooling2dDescriptor);
  CUDNN_FUNCTION(cudnnCreateOpTensorDescriptor);
  CUDNN_FUNCTION(cudnnDestroyOpTensorDescriptor);
  CUDNN_FUNCTION(cudnnSetOpTensorDescriptor);
  // Operations of the older API.
  CUDNN_FUNCTION(cudnnConvolutionBackwardBias);
  CUDNN_FUNCTION(cudnnBatchNormalizationForwardTraining);
  CUDNN_FUNCTION(cudnnBatchNormalizationBackward);
  CUDNN_FUNCTION(cudnnBatchNormalizationForwardInference);
  CUDNN_FUNCTION(cudnnPoolingForward);
  CUDNN_FUNCTION(cudnnPoolingBackward);
  CUDNN_FUNCTION(cudnnActivationForward);
  CUDNN_FUNCTION(cudnnActivationBackward);
  CUDNN_FUNCTION(cudnnSoftmaxForward);
  CUDNN_FUNCTION(cudnnOpTensor);

 private:
  cudnnHandle_t handle_ = nullptr;
  cuda::DeviceMemory workspace_;
};

}  // namespace nanopneumo::bench
