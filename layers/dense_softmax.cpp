#include "layers/dense_softmax.h"

#include "layers/dense.h"
#include "layers/softmax.h"

namespace nanopneumo {

std::vector<ParameterSpec> DenseSoftmax::parameters(std::span<const Shape> inputs) const {
  return Dense({.units = classes_}).parameters(inputs);
}

Shape DenseSoftmax::output_shape(std::span<const Shape> inputs) const {
  return Dense({.units = classes_}).output_shape(inputs);
}

std::string DenseSoftmax::caption() const { return Dense({.units = classes_}).caption(); }

std::int64_t DenseSoftmax::multiply_adds(std::span<const Shape> inputs) const {
  return Dense({.units = classes_}).multiply_adds(inputs);
}

template <class T>
Variable<T> DenseSoftmax::run(const Call<T>& call) const {
  return softmax(call.tape, dense(call.tape, call.input(), call.parameters[0], &call.parameters[1],
                                  Activation::none));
}

template Variable<float> DenseSoftmax::run(const Call<float>&) const;
template Variable<double> DenseSoftmax::run(const Call<double>&) const;

}  // namespace nanopneumo
