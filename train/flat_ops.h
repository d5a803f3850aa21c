// What is done to a flat buffer of gradients, put together from the operations of kernels.h.
#pragma once

#include "tensor/tensor.h"

namespace nanopneumo {

/// sum_i x[i]^2. On the device channel_scale_gradient sums the squares of some hundred columns, those sums
/// are added up here.
template <class T>
double sum_of_squares(const Tensor<T>& x);

/// x[i] *= factor, by channel_scale_forward.
template <class T>
void scale(const Tensor<T>& x, double factor);

}  // namespace nanopneumo
