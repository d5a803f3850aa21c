// Descriptors of cuDNN's older API, which still offers what the graph API makes long: bias
// gradients, batch normalisation, pooling, activations.
#pragma once

#include "tools/bench/cudnn/cudnn_library.h"

namespace nanopneumo::bench {

// The factors of cuDNN's "output = alpha * result + beta * output".
inline constexpr float kOne = 1, kZero = 0;

/// An array (N, H, W, C) of floats.
class CudnnTensor {
 public:
  CudnnTensor(const Cudnn& cudnn, int n, int c, int h, int w) : cudnn_(cudnn) {
    CUDNN_CALL(cudnn_, cudnnCreateTensorDescriptor, &tensor_);
    CUDNN_CALL(cudnn_, cudnnSetTensor4dDescriptor, tensor_, CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, n,
               c, h, w);
  }
  CudnnTensor(const CudnnTensor&) = delete;
  CudnnTensor& operator=(const CudnnTensor&) = delete;
  ~CudnnTensor() { static_cast<void>(cudnn_.cudnnDestroyTensorDescriptor(tensor_)); }
  cudnnTensorDescriptor_t get() const { return tensor_; }

 private:
  const Cudnn& cudnn_;
  cudnnTensorDescriptor_t tensor_ = nullptr;
};

}  // namespace nanopneumo::bench
