#include "models/portable_plan.h"

namespace nanopneumo {
namespace {

ChannelwiseDims channelwise(int N, const PlanValue& x, const Window& window) {
  return {N, x.H, x.W, x.C, window};
}
ImageDims image(int N, const PlanValue& x) { return {N, x.H, x.W, x.C}; }
RowsDims rows(int N, const PlanValue& x) { return {N * x.pixels(), x.C}; }

/// Calls body(forward) with the table's entry for an activation.
template <class T, class Body>
void with_forward(const Kernels<T>& kernels, Activation activation, const Body& body) {
  switch (activation) {
    case Activation::relu:
      return body(kernels.relu_forward);
    case Activation::relu6:
      return body(kernels.relu6_forward);
    case Activation::sigmoid:
      return body(kernels.sigmoid_forward);
    case Activation::swish:
      return body(kernels.swish_forward);
    case Activation::none:
      return;
  }
}

}  // namespace

template <class T>
Tensor<T> PortablePlan<T>::upload(const std::vector<T>& values) const {
  if (values.empty()) return {};
  return Tensor<T>::from_host(*device_, {static_cast<std::int64_t>(values.size())}, values);
}

template <class T>
Tensor<T> PortablePlan<T>::make(int N, int v) const {
  const PlanValue& value = values_[static_cast<std::size_t>(v)];
  return Tensor<T>(*device_, {N, value.H, value.W, value.C});
}

template <class T>
Tensor<T> PortablePlan<T>::overwrite_or_make(int N, int v, const Tensor<T>& x) const {
  return x.unique() ? x : make(N, v);
}

template <class T>
template <class Op>
typename PortablePlan<T>::Run PortablePlan<T>::compile(const Op& op) const {
  const auto value = [this](int v) { return values_[static_cast<std::size_t>(v)]; };
  const Kernels<T>& kernels = device_->kernels<T>();
  Stream& stream = device_->stream();

  if constexpr (std::is_same_v<Op, PlanConvolution<T>>) {
    return [=, this, &kernels, &stream, x = value(op.x), K = value(op.y).C, y = op.y,
            window = op.window, activation = op.activation, w = upload(op.w),
            bias = upload(op.bias)](int N, std::span<const Tensor<T>> in) {
      const Tensor<T> result = make(N, y);
      const T* residual = in.size() > 1 ? in[1].data() : nullptr;
      const Epilogue<T> epilogue{bias.data(), residual, activation};
      if (x.pixels() == 1 && window == Window{})
        kernels.dense_forward(stream, {N, x.C, K}, in[0].data(), w.data(), epilogue, result.data());
      else
        kernels.conv_forward(stream, {N, x.H, x.W, x.C, K, window}, in[0].data(), w.data(),
                             epilogue, result.data());
      return result;
    };
  } else if constexpr (std::is_same_v<Op, PlanDepthwise<T>>) {
    return [=, this, &kernels, &stream, x = value(op.x), y = op.y, window = op.window,
            activation = op.activation, w = upload(op.w),
            bias = upload(op.bias)](int N, std::span<const Tensor<T>> in) {
      const Tensor<T> result = make(N, y);
      kernels.depthwise_forward(stream, channelwise(N, x, window), in[0].data(), w.data(),
                                {.bias = bias.data(), .activation = activation}, result.data());
      return result;
    };
  } else if constexpr (std::is_same_v<Op, PlanSeparable<T>>) {
    return [=, this, &kernels, &stream, x = value(op.x), y = value(op.y), v = op.y,
            window = op.window, depthwise_activation = op.depthwise_activation,
            activation = op.activation, depthwise_w = upload(op.depthwise_w),
            depthwise_bias = upload(op.depthwise_bias), w = upload(op.w),
            bias = upload(op.bias)](int N, std::span<const Tensor<T>> in) {
      const Tensor<T> filtered(*device_, {N, y.H, y.W, x.C});
      kernels.depthwise_forward(stream, channelwise(N, x, window), in[0].data(), depthwise_w.data(),
                                {.bias = depthwise_bias.data(), .activation = depthwise_activation},
                                filtered.data());
      const Tensor<T> result = make(N, v);
      kernels.conv_forward(stream, {N, y.H, y.W, x.C, y.C, {}}, filtered.data(), w.data(),
                           {bias.data(), in.size() > 1 ? in[1].data() : nullptr, activation},
                           result.data());
      return result;
    };
  } else if constexpr (std::is_same_v<Op, PlanAffine<T>>) {
    // Batch normalisation with mean 0 and variance 1.
    const Tensor<T> mean = upload(std::vector<T>(op.scale.size(), T{0}));
    const Tensor<T> variance = upload(std::vector<T>(op.scale.size(), T{1}));
    return [=, this, &kernels, &stream, x = value(op.x), y = op.y, activation = op.activation,
            scale = upload(op.scale),
            shift = upload(op.shift)](int N, std::span<const Tensor<T>> in) {
      const Tensor<T> result = overwrite_or_make(N, y, in[0]);
      kernels.batch_norm_inference(stream, rows(N, x), 0, in[0].data(), scale.data(), shift.data(),
                                   mean.data(), variance.data(), activation, result.data());
      return result;
    };
  } else if constexpr (std::is_same_v<Op, PlanConcatenate>) {
    return [=, this, &kernels, &stream](int N, std::span<const Tensor<T>> in) {
      const Tensor<T> result = make(N, op.y);
      int offset = 0;
      for (std::size_t i = 0; i < in.size(); ++i) {
        const PlanValue part = value(op.parts[i]);
        kernels.write_slice(stream, {N * part.pixels(), part.C, value(op.y).C, offset},
                            in[i].data(), result.data());
        offset += part.C;
      }
      return result;
    };
  } else if constexpr (std::is_same_v<Op, PlanReshape>) {
    return [=](int N, std::span<const Tensor<T>> in) {
      const PlanValue y = value(op.y);
      return in[0].reshaped({N, y.H, y.W, y.C});
    };
  } else {
    constexpr bool in_place = std::is_same_v<Op, PlanActivation>;
    return [=, this, &kernels, &stream](int N, std::span<const Tensor<T>> in) {
      const Tensor<T> result = in_place ? overwrite_or_make(N, op.y, in[0]) : make(N, op.y);
      const PlanValue y = value(op.y);
      const T* a = in[0].data();
      [[maybe_unused]] const auto activate = [&](Activation activation, const T* from) {
        with_forward(kernels, activation, [&](const auto& forward) {
          forward(stream, N * y.size(), from, result.data());
        });
      };
      if constexpr (std::is_same_v<Op, PlanMaxPool>) {
        kernels.max_pool_forward(stream, channelwise(N, value(op.x), op.window), a, result.data(),
                                 nullptr);
      } else if constexpr (std::is_same_v<Op, PlanAveragePool>) {
        kernels.average_pool_forward(stream, channelwise(N, value(op.x), op.window), a,
                                     result.data());
        activate(op.activation, result.data());
      } else if constexpr (std::is_same_v<Op, PlanGlobalAverage>) {
        kernels.global_average_pool_forward(stream, image(N, value(op.x)), a, result.data());
      } else if constexpr (std::is_same_v<Op, PlanActivation>) {
        activate(op.activation, a);
      } else if constexpr (std::is_same_v<Op, PlanSoftmax>) {
        kernels.softmax_forward(stream, rows(N, y), a, result.data());
      } else if constexpr (std::is_same_v<Op, PlanAdd>) {
        kernels.add(stream, N * y.size(), a, in[1].data(), result.data());
        activate(op.activation, result.data());
      } else if constexpr (std::is_same_v<Op, PlanScale>) {
        kernels.channel_scale_forward(stream, image(N, y), a, in[1].data(), result.data());
      } else {
        static_assert(std::is_same_v<Op, PlanPad>);
        kernels.zero_pad_forward(stream, image(N, value(op.x)), op.padding, a, result.data());
      }
      return result;
    };
  }
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
