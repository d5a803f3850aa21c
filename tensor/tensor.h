// A multi-dimensional array in a device's memory.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "tensor/device.h"
#include "tensor/host_values.h"
#include "tensor/shape.h"

namespace nanopneumo {

/// A handle on a contiguous array; copying the handle shares the memory, which goes back to the
/// device's allocator with the last handle. T is float, double (gradient checks) or uint8_t
/// (pixels).
template <class T>
class Tensor {
 public:
  Tensor() = default;  ///< no tensor: only defined(), data(), assignment, destruction
  /// Uninitialised memory for `shape` on `device`, which must outlive the tensor.
  Tensor(Device& device, Shape shape);
  /// A copy of `values` (host memory) on `device`. Throws ShapeError where the sizes differ.
  static Tensor from_host(Device& device, Shape shape, std::span<const T> values);

  bool defined() const { return memory_ != nullptr; }
  const Shape& shape() const { return shape_; }
  std::int64_t size() const { return size_; }
  Device& device() const { return *device_; }
  T* data() const { return data_; }  ///< null where there is no tensor

  /// The same memory under another shape. Throws ShapeError where the number of elements differs.
  Tensor reshaped(Shape shape) const;
  /// Elements first .. first+count-1 of the first axis, sharing memory.
  Tensor slice(std::int64_t first, std::int64_t count) const;
  /// `shape` laid over the elements from number `offset` on, sharing memory: how parameters lie in
  /// their flat buffer.
  Tensor window(std::int64_t offset, Shape shape) const;
  /// True where no other handle, view or slice uses the memory.
  bool unique() const { return memory_.use_count() == 1; }

  /// The elements in host memory, in C order, after all work on the device is done.
  std::vector<T> to_host() const;
  /// The same without a copy where the device works in host memory.
  HostValues<T> on_host() const;
  void copy_from_host(std::span<const T> values) const;
  /// Copies the elements of a tensor of equal shape on the same device.
  void copy_from(const Tensor& other) const;

 private:
  Device* device_ = nullptr;
  Shape shape_;
  std::int64_t size_ = 0;
  std::shared_ptr<void> memory_;
  T* data_ = nullptr;
};

}  // namespace nanopneumo
