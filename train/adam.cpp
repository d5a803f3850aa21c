#include "train/adam.h"

#include "tensor/trace.h"

namespace nanopneumo {

template <class T>
Adam<T>::Adam(const Parameters<T>& parameters, double learning_rate)
    : Adam(parameters, learning_rate, {{0, parameters.trainable().size(), 1}}) {}

template <class T>
Adam<T>::Adam(const Parameters<T>& parameters, double learning_rate, std::vector<RateGroup> groups)
    : groups_(std::move(groups)) {
  step_.learning_rate = learning_rate;
  std::int64_t end = 0;
  for (const RateGroup& group : groups_) {
    if (group.first != end)
      throw_shape_error("a rate group begins at element {} instead of {}", group.first, end);
    end += group.size;
  }
  if (end != parameters.trainable().size())
    throw_shape_error("the rate groups hold {} elements, the parameters {}", end,
                      parameters.trainable().size());
  Device& device = parameters.trainable().device();
  for (Tensor<T>* moment : {&m_, &v_}) {
    *moment = Tensor<T>(device, parameters.trainable().shape());
    device.kernels<T>().fill(device.stream(), moment->size(), T{0}, moment->data());
  }
}

template <class T>
void Adam<T>::step(const Parameters<T>& parameters) {
  ++step_.t;
  const Tensor<T>& weights = parameters.trainable();
  Device& device = weights.device();
  const TraceSpan span(device, "update");
  for (const RateGroup& group : groups_) {
    AdamStep step = step_;
    step.learning_rate *= group.factor;
    device.kernels<T>().adam(device.stream(), group.size, step,
                             parameters.gradients().data() + group.first, m_.data() + group.first,
                             v_.data() + group.first, weights.data() + group.first);
  }
}

template class Adam<float>;
template class Adam<double>;

}  // namespace nanopneumo
