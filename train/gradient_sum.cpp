#include "train/gradient_sum.h"

#include "train/flat_ops.h"

namespace nanopneumo {

template <class T>
GradientSum<T>::GradientSum(const Parameters<T>& parameters)
    : sum_(parameters.gradients().device(), parameters.gradients().shape()) {
  Device& device = sum_.device();
  device.kernels<T>().fill(device.stream(), sum_.size(), T{0}, sum_.data());
}

template <class T>
void GradientSum<T>::add(const Parameters<T>& parameters, double share) {
  const Tensor<T>& gradients = parameters.gradients();
  Device& device = sum_.device();
  scale(gradients, share);
  device.kernels<T>().add(device.stream(), sum_.size(), sum_.data(), gradients.data(), sum_.data());
}

template <class T>
void GradientSum<T>::store(const Parameters<T>& parameters) const {
  parameters.gradients().copy_from(sum_);
}

template class GradientSum<float>;
template class GradientSum<double>;

}  // namespace nanopneumo
