#include "tensor/tensor.h"

namespace nanopneumo {

template <class T>
Tensor<T>::Tensor(Device& device, Shape shape)
    : device_(&device), shape_(shape), size_(shape.elements()) {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(static_cast<std::size_t>(size_), sizeof(T), &bytes))
    throw_shape_error("a tensor of shape {} is larger than any memory", shape.str());
  Allocator& allocator = device.allocator();
  memory_ = std::shared_ptr<void>(allocator.allocate(bytes), [&allocator, bytes](void* memory) {
    allocator.release(memory, bytes);
  });
  data_ = static_cast<T*>(memory_.get());
}

template <class T>
Tensor<T> Tensor<T>::from_host(Device& device, Shape shape, std::span<const T> values) {
  Tensor tensor(device, shape);
  tensor.copy_from_host(values);
  return tensor;
}

template <class T>
Tensor<T> Tensor<T>::reshaped(Shape shape) const {
  if (shape.elements() != size_)
    throw_shape_error("shape {} cannot be seen as {}", shape_.str(), shape.str());
  Tensor view = *this;
  view.shape_ = shape;
  return view;
}

template <class T>
Tensor<T> Tensor<T>::slice(std::int64_t first, std::int64_t count) const {
  if (first < 0 || count < 0 || count > shape_[0] - first)
    throw_shape_error("a slice of {} from {} on is outside of {}", count, first, shape_.str());
  const Shape row = shape_.without_batch();
  return window(first * row.elements(), row.with_batch(count));
}

template <class T>
Tensor<T> Tensor<T>::window(std::int64_t offset, Shape shape) const {
  if (offset < 0 || shape.elements() > size_ - offset)
    throw_shape_error("{} elements from {} on are outside of {}", shape.elements(), offset,
                      shape_.str());
  Tensor view = *this;
  view.shape_ = shape;
  view.size_ = shape.elements();
  view.data_ = data_ + offset;
  return view;
}

template <class T>
std::vector<T> Tensor<T>::to_host() const {
  std::vector<T> values(static_cast<std::size_t>(size_));
  device_->stream().synchronize();
  device_->copy_to_host(values.data(), data_, values.size() * sizeof(T));
  return values;
}

template <class T>
HostValues<T> Tensor<T>::on_host() const {
  device_->stream().synchronize();
  if (const auto* address = static_cast<const T*>(device_->host_address(data_)))
    return HostValues<T>(std::span(address, static_cast<std::size_t>(size_)));
  return HostValues<T>(to_host());
}

template <class T>
void Tensor<T>::copy_from_host(std::span<const T> values) const {
  if (static_cast<std::int64_t>(values.size()) != size_)
    throw_shape_error("{} values do not fill {}", values.size(), shape_.str());
  device_->copy_to_device(data_, values.data(), values.size() * sizeof(T));
}

template <class T>
void Tensor<T>::copy_from(const Tensor& other) const {
  if (other.shape_ != shape_)
    throw_shape_error("{} cannot be copied into {}", other.shape_.str(), shape_.str());
  device_->copy_on_device(data_, other.data_, static_cast<std::size_t>(size_) * sizeof(T));
}

template class Tensor<float>;
template class Tensor<double>;
template class Tensor<std::uint8_t>;

}  // namespace nanopneumo
