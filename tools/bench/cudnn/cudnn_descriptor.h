// The descriptors of cuDNN's graph API: objects with attributes, frozen by finalize().
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "tools/bench/cudnn/cudnn_library.h"

namespace nanopneumo::bench {

class CudnnDescriptor {
 public:
  CudnnDescriptor(const Cudnn& cudnn, cudnnBackendDescriptorType_t type) : cudnn_(&cudnn) {
    CUDNN_CALL(cudnn, cudnnBackendCreateDescriptor, type, &descriptor_);
  }
  CudnnDescriptor(CudnnDescriptor&& other) noexcept
      : cudnn_(other.cudnn_), descriptor_(std::exchange(other.descriptor_, nullptr)) {}
  CudnnDescriptor& operator=(CudnnDescriptor&& other) noexcept {
    std::swap(cudnn_, other.cudnn_);
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~CudnnDescriptor() {
    if (descriptor_) static_cast<void>(cudnn_->cudnnBackendDestroyDescriptor(descriptor_));
  }

  cudnnBackendDescriptor_t get() const { return descriptor_; }

  /// Sets an attribute to one value; its C++ type decides the attribute's type.
  template <class T>
  CudnnDescriptor& set(cudnnBackendAttributeName_t name, const T& value) {
    return set_array(name, type_of<T>(), 1, &value);
  }
  CudnnDescriptor& set(cudnnBackendAttributeName_t name, const CudnnDescriptor& value) {
    const cudnnBackendDescriptor_t pointer = value.get();
    return set_array(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &pointer);
  }
  CudnnDescriptor& set(cudnnBackendAttributeName_t name, const std::vector<std::int64_t>& values) {
    return set_array(name, CUDNN_TYPE_INT64, values.size(), values.data());
  }
  CudnnDescriptor& set(cudnnBackendAttributeName_t name, const std::vector<void*>& values) {
    return set_array(name, CUDNN_TYPE_VOID_PTR, values.size(), values.data());
  }
  CudnnDescriptor& set(cudnnBackendAttributeName_t name, std::span<const CudnnDescriptor> values) {
    std::vector<cudnnBackendDescriptor_t> pointers;
    for (const CudnnDescriptor& value : values) pointers.push_back(value.get());
    return set_array(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, pointers.size(), pointers.data());
  }

  /// After this nothing can be set. Throws CudnnError where the attributes do not go together or
  /// are not supported.
  void finalize() { CUDNN_CALL(*cudnn_, cudnnBackendFinalize, descriptor_); }

  /// A whole number that can be asked for after finalize().
  std::int64_t number(cudnnBackendAttributeName_t name) const {
    std::int64_t value = 0, count = 0;
    CUDNN_CALL(*cudnn_, cudnnBackendGetAttribute, descriptor_, name, CUDNN_TYPE_INT64, 1, &count,
               &value);
    return value;
  }

 private:
  template <class T>
  static constexpr cudnnBackendAttributeType_t type_of() {
    if constexpr (std::is_same_v<T, std::int64_t>) return CUDNN_TYPE_INT64;
    if constexpr (std::is_same_v<T, bool>) return CUDNN_TYPE_BOOLEAN;
    if constexpr (std::is_same_v<T, float>) return CUDNN_TYPE_FLOAT;
    if constexpr (std::is_same_v<T, double>) return CUDNN_TYPE_DOUBLE;
    if constexpr (std::is_same_v<T, void*>) return CUDNN_TYPE_VOID_PTR;
    if constexpr (std::is_same_v<T, cudnnHandle_t>) return CUDNN_TYPE_HANDLE;
    if constexpr (std::is_same_v<T, cudnnDataType_t>) return CUDNN_TYPE_DATA_TYPE;
    if constexpr (std::is_same_v<T, cudnnConvolutionMode_t>) return CUDNN_TYPE_CONVOLUTION_MODE;
    if constexpr (std::is_same_v<T, cudnnPointwiseMode_t>) return CUDNN_TYPE_POINTWISE_MODE;
    if constexpr (std::is_same_v<T, cudnnBackendHeurMode_t>) return CUDNN_TYPE_HEUR_MODE;
  }

  CudnnDescriptor& set_array(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                             std::size_t count, const void* values) {
    CUDNN_CALL(*cudnn_, cudnnBackendSetAttribute, descriptor_, name, type,
               static_cast<std::int64_t>(count), values);
    return *this;
  }

  const Cudnn* cudnn_;
  cudnnBackendDescriptor_t descriptor_ = nullptr;
};

}  // namespace nanopneumo::bench
