#include "layers/concatenate.h"

#include <algorithm>

namespace nanopneumo {
namespace {

Shape with_channels(const Shape& shape, std::int64_t channels) {
  std::vector<std::int64_t> lengths(shape.lengths().begin(), shape.lengths().end());
  lengths.back() = channels;
  return Shape(lengths);
}

/// The shape of the whole. Throws ShapeError where the parts do not fit.
Shape concatenated_shape(std::span<const Shape> parts) {
  if (parts.empty()) throw_shape_error("Concatenate takes at least one input");
  std::int64_t channels = 0;
  for (const Shape& part : parts) {
    if (part.rank() == 0 || part.rank() != parts[0].rank() ||
        with_channels(part, 1) != with_channels(parts[0], 1))
      throw_shape_error(
          "Concatenate takes inputs that differ in their channels only, not {} and {}",
          parts[0].str(), part.str());
    channels += part[-1];
  }
  return with_channels(parts[0], channels);
}

}  // namespace

template <class T>
Variable<T> concatenate(Tape<T>& tape, std::span<const Variable<T>> parts) {
  std::vector<Shape> shapes;
  for (const Variable<T>& part : parts) shapes.push_back(part.shape());
  const Shape whole = concatenated_shape(shapes);
  Tensor<T> y(tape.device(), whole);
  struct Part {
    SliceDims dims;
    std::shared_ptr<Gradient<T>> gradient;
  };
  std::vector<Part> slices;
  std::vector<const Variable<T>*> inputs;
  int offset = 0;
  for (const Variable<T>& part : parts) {
    const SliceDims dims{.rows = part.value.size() / part.shape()[-1],
                         .C = to_int(part.shape()[-1]),
                         .C_whole = to_int(whole[-1]),
                         .offset = offset};
    tape.kernels().write_slice(tape.stream(), dims, part.value.data(), y.data());
    slices.push_back({dims, part.gradient});
    inputs.push_back(&part);
    offset += dims.C;
  }
  return tape.result(
      y, std::span<const Variable<T>* const>(inputs), [&tape, slices](const Tensor<T>& dy) {
        for (const Part& slice : slices)
          if (slice.gradient)
            slice.gradient->contribute([&](const Tensor<T>& dx) {
              tape.kernels().read_slice(tape.stream(), slice.dims, dy.data(), dx.data());
            });
      });
}

Shape Concatenate::output_shape(std::span<const Shape> inputs) const {
  return concatenated_shape(inputs);
}

template <class T>
Variable<T> Concatenate::run(const Call<T>& call) const {
  return concatenate(call.tape, call.inputs);
}

template Variable<float> concatenate(Tape<float>&, std::span<const Variable<float>>);
template Variable<double> concatenate(Tape<double>&, std::span<const Variable<double>>);
template Variable<float> Concatenate::run(const Call<float>&) const;
template Variable<double> Concatenate::run(const Call<double>&) const;

}  // namespace nanopneumo
