#include "kernels/cuda/kernel_tables.h"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/tensor_core_ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

constexpr Kernels<float> float32_table() {
  return {
      .conv_forward = conv_forward,
      .conv_input_gradient = conv_input_gradient,
      .conv_weight_gradient = conv_weight_gradient,
      .depthwise_forward = depthwise_forward,
      .depthwise_input_gradient = depthwise_input_gradient,
      .depthwise_weight_gradient = depthwise_weight_gradient,
      .dense_forward = dense_forward,
      .dense_input_gradient = dense_input_gradient,
      .dense_weight_gradient = dense_weight_gradient,
      .batch_norm_training = batch_norm_training,
      .batch_norm_training_gradient = batch_norm_training_gradient,
      .batch_norm_inference = batch_norm_inference,
      .batch_norm_inference_gradient = batch_norm_inference_gradient,
      .moving_average = moving_average,
      .relu_forward = relu_forward,
      .relu_gradient = relu_gradient,
      .relu6_forward = relu6_forward,
      .relu6_gradient = relu6_gradient,
      .sigmoid_forward = sigmoid_forward,
      .sigmoid_gradient = sigmoid_gradient,
      .swish_forward = swish_forward,
      .swish_gradient = swish_gradient,
      .softmax_forward = softmax_forward,
      .softmax_gradient = softmax_gradient,
      .dropout = dropout,
      .max_pool_forward = max_pool_forward,
      .max_pool_gradient = max_pool_gradient,
      .batch_norm_max_pool = batch_norm_max_pool,
      .batch_norm_max_pool_gradient = batch_norm_max_pool_gradient,
      .average_pool_forward = average_pool_forward,
      .average_pool_gradient = average_pool_gradient,
      .global_average_pool_forward = global_average_pool_forward,
      .global_average_pool_gradient = global_average_pool_gradient,
      .zero_pad_forward = zero_pad_forward,
      .zero_pad_gradient = zero_pad_gradient,
      .add = add,
      .fill = fill,
      .clip = clip,
      .write_slice = write_slice,
      .read_slice = read_slice,
      .rescale = rescale,
      .channel_scale_forward = channel_scale_forward,
      .channel_scale_gradient = channel_scale_gradient,
      .bce_with_logits_forward = bce_with_logits_forward,
      .bce_with_logits_gradient = bce_with_logits_gradient,
      .adam = adam,
      .normalize_image = normalize_image,
      .augment_image = augment_image,
  };
}

/// All but the products of matrices are computed in float32.
template <class Math>
constexpr Kernels<float> tensor_core_table() {
  using Ops = TensorCoreOps<Math>;
  Kernels<float> table = float32_table();
  table.conv_forward = Ops::conv_forward;
  table.conv_input_gradient = Ops::conv_input_gradient;
  table.conv_weight_gradient = Ops::conv_weight_gradient;
  table.dense_forward = Ops::dense_forward;
  table.dense_input_gradient = Ops::dense_input_gradient;
  table.dense_weight_gradient = Ops::dense_weight_gradient;
  return table;
}

}  // namespace

const Kernels<float>& kernels(Precision precision) {
  static constexpr Kernels<float> kFloat32 = float32_table();
  static constexpr Kernels<float> kTf32 = tensor_core_table<Tf32>();
  static constexpr Kernels<float> kBf16 = tensor_core_table<Bf16>();
  switch (precision) {
    case Precision::tf32:
      return kTf32;
    case Precision::bf16:
      return kBf16;
    case Precision::float32:
      break;
  }
  return kFloat32;
}

}  // namespace nanopneumo::GPU_NAMESPACE
