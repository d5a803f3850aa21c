#include "models/portable_plan.h"

namespace nanopneumo {
namespace {

ChannelwiseDims channelwise(int N, const PlanValue& x, const Window& window) {
  return {N, x.H, x.W, x.C, window};
}
ImageDims image(int N, const PlanValue& x) { return {N, x.H, x.W, x.C}; }
RowsDims rows(int N, const PlanValue& x) { return {N * x.pixels(), x.C}; }

}  // namespace

template <class T>
Tensor<T> PortablePlan<T>::upload(const std::vector<T>& values) const {
  if (values.empty()) return {};
  return Tensor<T>::from_host(*device_, {static_cast<std::int64_t>(values.size())}, values);
}

template <class T>
Tensor<T> PortablePlan<T>::make(int N, int v) const {
  return Tensor<T>(*device_, {N, value(v).H, value(v).W, value(v).C});
}

template <class T>
Tensor<T> PortablePlan<T>::overwrite_or_make(int N, int v, const Tensor<T>& x) const {
  return x.unique() ? x : make(N, v);
}

template <class T>
template <class Write>
typename PortablePlan<T>::Run PortablePlan<T>::make_by(int y, Write write) const {
  return [this, y, write = std::move(write)](int N, std::span<const Tensor<T>> in) {
    const Tensor<T> result = make(N, y);
    write(N, in, result.data());
    return result;
  };
}

template <class T>
void PortablePlan<T>::activate(Activation activation, int N, int v, const T* x, T* result) const {
  const std::int64_t n = N * value(v).size();
  switch (activation) {
    case Activation::relu:
      return kernels().relu_forward(stream(), n, x, result);
    case Activation::relu6:
      return kernels().relu6_forward(stream(), n, x, result);
    case Activation::sigmoid:
      return kernels().sigmoid_forward(stream(), n, x, result);
    case Activation::swish:
      return kernels().swish_forward(stream(), n, x, result);
    case Activation::none:
      return;
  }
}

template <class T>
typename PortablePlan<T>::Run PortablePlan<T>::compile(const PlanConvolution<T>& op) const {
  return make_by(op.y, [this, x = value(op.x), K = value(op.y).C, window = op.window,
                        activation = op.activation, w = upload(op.w),
                        bias = upload(op.bias)](int N, std::span<const Tensor<T>> in, T* y) {
    const T* residual = in.size() > 1 ? in[1].data() : nullptr;
    const Epilogue<T> epilogue{bias.data(), residual, activation};
    if (x.pixels() == 1 && window == Window{})
      kernels().dense_forward(stream(), {N, x.C, K}, in[0].data(), w.data(), epilogue, y);
    else
      kernels().conv_forward(stream(), {N, x.H, x.W, x.C, K, window}, in[0].data(), w.data(),
                             epilogue, y);
  });
}

template <class T>
typename PortablePlan<T>::Run PortablePlan<T>::compile(const PlanDepthwise<T>& op) const {
  return make_by(
      op.y, [this, x = value(op.x), window = op.window, activation = op.activation,
             w = upload(op.w), bias = upload(op.bias)](int N, std::span<const Tensor<T>> in, T* y) {
        kernels().depthwise_forward(stream(), channelwise(N, x, window), in[0].data(), w.data(),
                                    {.bias = bias.data(), .activation = activation}, y);
      });
}

template <class T>
typename PortablePlan<T>::Run PortablePlan<T>::compile(const PlanSeparable<T>& op) const {
  return make_by(op.y, [this, x = value(op.x), y = value(op.y), window = op.window,
                        depthwise_activation = op.depthwise_activation, activation = op.activation,
                        depthwise_w = upload(op.depthwise_w),
                        depthwise_bias = upload(op.depthwise_bias), w = upload(op.w),
                        bias = upload(op.bias)](int N, std::span<const Tensor<T>> in, T* result) {
    const Tensor<T> filtered(*device_, {N, y.H, y.W, x.C});
    kernels().depthwise_forward(
        stream(), channelwise(N, x, window), in[0].data(), depthwise_w.data(),
        {.bias = depthwise_bias.data(), .activation = depthwise_activation}, filtered.data());
    kernels().conv_forward(stream(), {N, y.H, y.W, x.C, y.C, {}}, filtered.data(), w.data(),
                           {bias.data(), in.size() > 1 ? in[1].data() : nullptr, activation},
                           result);
  });
}

template <class T>
typename PortablePlan<T>::Run PortablePlan<T>::compile(const PlanExpandedDepthwise<T>& op) const {
  return make_by(op.y, [this, x = value(op.x), K = value(op.y).C, window = op.window,
                        expansion_activation = op.expansion_activation, activation = op.activation,
                        expansion_w = upload(op.expansion_w),
                        expansion_bias = upload(op.expansion_bias), w = upload(op.w),
                        bias = upload(op.bias)](int N, std::span<const Tensor<T>> in, T* y) {
    const Tensor<T> expanded(*device_, {N, x.H, x.W, K});
    kernels().conv_forward(stream(), {N, x.H, x.W, x.C, K, {}}, in[0].data(), expansion_w.data(),
                           {.bias = expansion_bias.data(), .activation = expansion_activation},
                           expanded.data());
    kernels().depthwise_forward(stream(), {N, x.H, x.W, K, window}, expanded.data(), w.data(),
                                {.bias = bias.data(), .activation = activation}, y);
  });
}

template <class T>
typename PortablePlan<T>::Run PortablePlan<T>::compile(const PlanAffineProduct<T>& op) const {
  const PlanAffine<T> affine{.x = op.x,
                             .y = op.x,  // what it makes is like x
                             .scale = op.scale,
                             .shift = op.shift,
                             .activation = op.affine_activation};
  return make_by(op.y, [this, x = value(op.x), K = value(op.y).C, normalize = compile(affine),
                        activation = op.activation, w = upload(op.w),
                        bias = upload(op.bias)](int N, std::span<const Tensor<T>> in, T* y) {
    const Tensor<T> normalized = normalize(N, in.first(1));
    kernels().conv_forward(stream(), {N, x.H, x.W, x.C, K, {}}, normalized.data(), w.data(),
                           {bias.data(), in.size() > 1 ? in[1].data() : nullptr, activation}, y);
  });
}

template <class T>
typename PortablePlan<T>::Run PortablePlan<T>::compile(const PlanScaledProduct<T>& op) const {
  return make_by(op.y, [this, x = op.x, K = value(op.y).C, activation = op.activation,
                        w = upload(op.w),
                        bias = upload(op.bias)](int N, std::span<const Tensor<T>> in, T* y) {
    const Tensor<T> scaled = make(N, x);
    const ImageDims d = image(N, value(x));
    kernels().channel_scale_forward(stream(), d, in[0].data(), in[1].data(), scaled.data());
    kernels().conv_forward(stream(), {N, d.H, d.W, d.C, K, {}}, scaled.data(), w.data(),
                           {bias.data(), in.size() > 2 ? in[2].data() : nullptr, activation}, y);
  });
}

/// Batch normalisation with mean 0 and variance 1.
template <class T>
typename PortablePlan<T>::Run PortablePlan<T>::compile(const PlanAffine<T>& op) const {
  const Tensor<T> mean = upload(std::vector<T>(op.scale.size(), T{0}));
  const Tensor<T> variance = upload(std::vector<T>(op.scale.size(), T{1}));
  return [this, x = value(op.x), y = op.y, activation = op.activation, scale = upload(op.scale),
          shift = upload(op.shift), mean, variance](int N, std::span<const Tensor<T>> in) {
    const Tensor<T> result = overwrite_or_make(N, y, in[0]);
    kernels().batch_norm_inference(stream(), rows(N, x), 0, in[0].data(), scale.data(),
                                   shift.data(), mean.data(), variance.data(), activation,
                                   result.data());
    return result;
  };
}

template <class T>
typename PortablePlan<T>::Run PortablePlan<T>::compile(const PlanMaxPool& op) const {
  return make_by(op.y, [this, op](int N, std::span<const Tensor<T>> in, T* y) {
    kernels().max_pool_forward(stream(), channelwise(N, value(op.x), op.window), in[0].data(), y,
                               nullptr);
  });
}

template <class T>
typename PortablePlan<T>::Run PortablePlan<T>::compile(const PlanAveragePool& op) const {
  return make_by(op.y, [this, op](int N, std::span<const Tensor<T>> in, T* y) {
    kernels().average_pool_forward(stream(), channelwise(N, value(op.x), op.window), in[0].data(),
                                   y);
    activate(op.activation, N, op.y, y, y);
  });
}

template <class T>
typename PortablePlan<T>::Run PortablePlan<T>::compile(const PlanGlobalAverage& op) const {
  return make_by(op.y, [this, op](int N, std::span<const Tensor<T>> in, T* y) {
    kernels().global_average_pool_forward(stream(), image(N, value(op.x)), in[0].data(), y);
  });
}

template <class T>
typename PortablePlan<T>::Run PortablePlan<T>::compile(const PlanActivation& op) const {
  return [this, op](int N, std::span<const Tensor<T>> in) {
    const Tensor<T> result = overwrite_or_make(N, op.y, in[0]);
    activate(op.activation, N, op.y, in[0].data(), result.data());
    return result;
  };
}

template <class T>
typename PortablePlan<T>::Run PortablePlan<T>::compile(const PlanSoftmax& op) const {
  return make_by(op.y, [this, op](int N, std::span<const Tensor<T>> in, T* y) {
    kernels().softmax_forward(stream(), rows(N, value(op.y)), in[0].data(), y);
  });
}

template <class T>
typename PortablePlan<T>::Run PortablePlan<T>::compile(const PlanAdd& op) const {
  return make_by(op.y, [this, op](int N, std::span<const Tensor<T>> in, T* y) {
    kernels().add(stream(), N * value(op.y).size(), in[0].data(), in[1].data(), y);
    activate(op.activation, N, op.y, y, y);
  });
}

template <class T>
typename PortablePlan<T>::Run PortablePlan<T>::compile(const PlanScale& op) const {
  return make_by(op.y, [this, op](int N, std::span<const Tensor<T>> in, T* y) {
    kernels().channel_scale_forward(stream(), image(N, value(op.y)), in[0].data(), in[1].data(), y);
  });
}

template <class T>
typename PortablePlan<T>::Run PortablePlan<T>::compile(const PlanConcatenate& op) const {
  return make_by(op.y, [this, op](int N, std::span<const Tensor<T>> in, T* whole) {
    int offset = 0;
    for (std::size_t i = 0; i < in.size(); ++i) {
      const PlanValue& part = value(op.parts[i]);
      kernels().write_slice(stream(), {N * part.pixels(), part.C, value(op.y).C, offset},
                            in[i].data(), whole);
      offset += part.C;
    }
  });
}

template <class T>
typename PortablePlan<T>::Run PortablePlan<T>::compile(const PlanPad& op) const {
  return make_by(op.y, [this, op](int N, std::span<const Tensor<T>> in, T* y) {
    kernels().zero_pad_forward(stream(), image(N, value(op.x)), op.padding, in[0].data(), y);
  });
}

template <class T>
typename PortablePlan<T>::Run PortablePlan<T>::compile(const PlanReshape& op) const {
  return [y = value(op.y)](int N, std::span<const Tensor<T>> in) {
    return in[0].reshaped({N, y.H, y.W, y.C});
  };
}

template <class T>
PortablePlan<T>::PortablePlan(Device& device, const Plan<T>& plan)
    : device_(&device), values_(plan.values), input_(plan.input), output_(plan.output) {
  for (const PlanOperation<T>& operation : plan.operations) {
    Step step{.run = std::visit([&](const auto& op) { return compile(op); }, operation),
              .inputs = {},
              .output = output_of(operation),
              .last_uses = {}};
    visit_inputs(operation, [&](int v) { step.inputs.push_back(v); });
    steps_.push_back(std::move(step));
  }
  find_last_uses();
}

template <class T>
void PortablePlan<T>::find_last_uses() {
  std::vector<bool> used_later(values_.size(), false);
  used_later[static_cast<std::size_t>(output_)] = true;
  for (std::size_t s = steps_.size(); s-- > 0;)
    for (const int input : steps_[s].inputs)
      if (!used_later[static_cast<std::size_t>(input)]) {
        used_later[static_cast<std::size_t>(input)] = true;
        steps_[s].last_uses.push_back(input);
      }
}

template <class T>
Tensor<T> PortablePlan<T>::run(const Tensor<T>& x) const {
  const int N = static_cast<int>(x.shape()[0]);
  std::vector<Tensor<T>> values(values_.size());
  values[static_cast<std::size_t>(input_)] = x;
  for (const Step& step : steps_) {
    std::vector<Tensor<T>> inputs;
    for (const int input : step.inputs) inputs.push_back(values[static_cast<std::size_t>(input)]);
    for (const int input : step.last_uses) values[static_cast<std::size_t>(input)] = {};
    values[static_cast<std::size_t>(step.output)] = step.run(N, inputs);
  }
  return values[static_cast<std::size_t>(output_)];
}

template class PortablePlan<float>;
template class PortablePlan<double>;

}  // namespace nanopneumo
