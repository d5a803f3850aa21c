#include "layers/pooling2d.h"

#include "layers/gradients.h"

namespace nanopneumo {
namespace {

template <class T>
ChannelwiseDims pool_dims(const Variable<T>& x, const Window& window) {
  const Shape& in = x.shape();
  if (in.rank() != 4) throw_shape_error("pooling takes (N, H, W, C), not {}", in.str());
  return {to_int(in[0]), to_int(in[1]), to_int(in[2]), to_int(in[3]), window};
}

Shape pooled_shape(std::string_view layer, std::span<const Shape> inputs, Size2D pool_size,
                   Size2D strides, PaddingMode padding) {
  const Shape& image = single_input(layer, inputs, 3);
  const Window window = make_window(layer, image, pool_size, strides, padding);
  return {window.rows_out(to_int(image[0])), window.columns_out(to_int(image[1])), image[2]};
}

}  // namespace

void require_max_pool_window(const Window& window) {
  constexpr int kMostPlaces = 255;
  if (std::int64_t{window.R} * window.S > kMostPlaces)
    throw_shape_error("max pooling: a {}x{} window has more than {} places", window.R, window.S,
                      kMostPlaces);
}

template <class T>
Variable<T> max_pool2d(Tape<T>& tape, const Variable<T>& x, const Window& window) {
  const ChannelwiseDims dims = pool_dims(x, window);
  require_max_pool_window(window);
  const Shape out{dims.N, dims.P(), dims.Q(), dims.C};
  Tensor<T> y(tape.device(), out);
  Tensor<std::uint8_t> argmax;
  if (tape.recording() && x.requires_gradient()) argmax = Tensor<std::uint8_t>(tape.device(), out);
  tape.kernels().max_pool_forward(tape.stream(), dims, x.value.data(), y.data(), argmax.data());
  return tape.result(y, {&x}, [&tape, dims, argmax, into = x.gradient](const Tensor<T>& dy) {
    into->contribute([&](const Tensor<T>& dx) {
      tape.kernels().max_pool_gradient(tape.stream(), dims, argmax.data(), dy.data(), dx.data());
    });
  });
}

template <class T>
Variable<T> average_pool2d(Tape<T>& tape, const Variable<T>& x, const Window& window) {
  const ChannelwiseDims dims = pool_dims(x, window);
  Tensor<T> y(tape.device(), {dims.N, dims.P(), dims.Q(), dims.C});
  tape.kernels().average_pool_forward(tape.stream(), dims, x.value.data(), y.data());
  return tape.result(y, {&x}, [&tape, dims, into = x.gradient](const Tensor<T>& dy) {
    into->contribute([&](const Tensor<T>& dx) {
      tape.kernels().average_pool_gradient(tape.stream(), dims, dy.data(), dx.data());
    });
  });
}

Shape MaxPooling2D::output_shape(std::span<const Shape> inputs) const {
  return pooled_shape(class_name(), inputs, pool_size_, strides_, padding_);
}

std::string MaxPooling2D::caption() const { return window_caption(pool_size_, "max", strides_); }

template <class T>
Variable<T> MaxPooling2D::run(const Call<T>& call) const {
  return max_pool2d(call.tape, call.input(),
                    make_window(class_name(), call.input().shape().without_batch(), pool_size_,
                                strides_, padding_));
}

Shape AveragePooling2D::output_shape(std::span<const Shape> inputs) const {
  return pooled_shape(class_name(), inputs, pool_size_, strides_, padding_);
}

std::string AveragePooling2D::caption() const {
  return window_caption(pool_size_, "average", strides_);
}

template <class T>
Variable<T> AveragePooling2D::run(const Call<T>& call) const {
  return average_pool2d(call.tape, call.input(),
                        make_window(class_name(), call.input().shape().without_batch(), pool_size_,
                                    strides_, padding_));
}

template Variable<float> max_pool2d(Tape<float>&, const Variable<float>&, const Window&);
template Variable<double> max_pool2d(Tape<double>&, const Variable<double>&, const Window&);
template Variable<float> average_pool2d(Tape<float>&, const Variable<float>&, const Window&);
template Variable<double> average_pool2d(Tape<double>&, const Variable<double>&, const Window&);
template Variable<float> MaxPooling2D::run(const Call<float>&) const;
template Variable<double> MaxPooling2D::run(const Call<double>&) const;
template Variable<float> AveragePooling2D::run(const Call<float>&) const;
template Variable<double> AveragePooling2D::run(const Call<double>&) const;

}  // namespace nanopneumo
