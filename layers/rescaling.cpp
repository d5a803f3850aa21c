#include "layers/rescaling.h"

#include "layers/gradients.h"

namespace nanopneumo {

Shape Rescaling::output_shape(std::span<const Shape> inputs) const {
  const Shape& image = single_input(class_name(), inputs, 3);
  if (image[2] > static_cast<std::int64_t>(scale_.size()))
    throw_shape_error("Rescaling takes up to {} channels, not {}", scale_.size(), image.str());
  return image;
}

template <class T>
Variable<T> Rescaling::run(const Call<T>& call) const {
  const Variable<T>& x = call.input();
  Tape<T>& tape = call.tape;
  const RowsDims dims{x.value.size() / x.shape()[-1], to_int(x.shape()[-1])};
  Tensor<T> y(tape.device(), x.shape());
  tape.kernels().rescale(tape.stream(), dims, scale_, x.value.data(), y.data());
  return tape.result(y, {&x}, [&tape, dims, scale = scale_, into = x.gradient](Tensor<T> dy) {
    const Tensor<T> dx = overwritable(dy);
    tape.kernels().rescale(tape.stream(), dims, scale, dy.data(), dx.data());
    into->contribute_tensor(dx);
  });
}

template Variable<float> Rescaling::run(const Call<float>&) const;
template Variable<double> Rescaling::run(const Call<double>&) const;

}  // namespace nanopneumo
