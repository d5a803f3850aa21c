#include "tensor/autograd.h"

namespace nanopneumo {

template <class T>
void Gradient<T>::contribute_tensor(const Tensor<T>& contribution) {
  if (contribution.shape() != shape_)
    throw_shape_error("a gradient of shape {} cannot take {}", shape_.str(),
                      contribution.shape().str());
  if (arrived_) {
    add(contribution);
  } else if (destination_.defined()) {
    destination_.copy_from(contribution);
  } else {
    value_ = contribution;
  }
  arrived_ = true;
}

template <class T>
void Gradient<T>::add(const Tensor<T>& contribution) {
  // Memory that another gradient shares must not change under it; a parameter's destination is
  // ours.
  const Tensor<T> sum =
      destination_.defined() || value_.unique() ? value_ : Tensor<T>(*device_, shape_);
  device_->kernels<T>().add(device_->stream(), sum.size(), value_.data(), contribution.data(),
                            sum.data());
  value_ = sum;
}

template <class T>
const Tensor<T>& Gradient<T>::value() const {
  if (!arrived_)
    throw std::logic_error("the gradient of shape " + shape_.str() + " is not there yet");
  return value_;
}

template <class T>
Tensor<T> Gradient<T>::take() {
  Tensor<T> sum = value();
  reset();
  return sum;
}

template <class T>
void Gradient<T>::reset() {
  value_ = destination_;
  arrived_ = false;
}

template <class T>
void Gradient<T>::finish() {
  if (arrived_) return;
  contribute([&](const Tensor<T>& zero) {
    device_->kernels<T>().fill(device_->stream(), zero.size(), T{0}, zero.data());
  });
}

template <class T>
Variable<T> Tape<T>::result(Tensor<T> value, std::span<const Variable<T>* const> inputs,
                            Backward backward) {
  bool needed = false;
  if (recording())
    for (const Variable<T>* input : inputs) needed = needed || input->requires_gradient();
  if (!needed) return {std::move(value)};
  auto gradient = std::make_shared<Gradient<T>>(*device_, value.shape());
  records_.push_back({gradient, std::move(backward)});
  return {std::move(value), std::move(gradient)};
}

template <class T>
void Tape<T>::backward(const Variable<T>& loss) {
  if (loss.value.size() != 1)
    throw_shape_error("backward starts from one number, not from {}", loss.shape().str());
  if (!loss.requires_gradient()) throw std::logic_error("no trainable parameter reaches the loss");
  loss.gradient->contribute(
      [&](const Tensor<T>& one) { kernels().fill(stream(), 1, T{1}, one.data()); });
  while (!records_.empty()) {
    const Record record = std::move(records_.back());
    records_.pop_back();
    if (record.output->arrived()) record.backward(record.output->take());
  }
}

template class Gradient<float>;
template class Gradient<double>;
template class Tape<float>;
template class Tape<double>;

}  // namespace nanopneumo
