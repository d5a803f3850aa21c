#include "kernels/cpu/cpu_kernels.h"

#include "kernels/cpu/image_ops.h"
#include "kernels/cpu/ops.h"

namespace nanopneumo {

const Kernels<float>& cpu_kernels() {
  static constexpr Kernels<float> table{
      .conv_forward = cpu::conv_forward,
      .conv_input_gradient = cpu::conv_input_gradient,
      .conv_weight_gradient = cpu::conv_weight_gradient,
      .depthwise_forward = cpu::depthwise_forward,
      .depthwise_input_gradient = cpu::depthwise_input_gradient,
      .depthwise_weight_gradient = cpu::depthwise_weight_gradient,
      .dense_forward = cpu::dense_forward,
      .dense_input_gradient = cpu::dense_input_gradient,
      .dense_weight_gradient = cpu::dense_weight_gradient,
      .batch_norm_training = cpu::batch_norm_training,
      .batch_norm_training_gradient = cpu::batch_norm_training_gradient,
      .batch_norm_inference = cpu::batch_norm_inference,
      .batch_norm_inference_gradient = cpu::batch_norm_inference_gradient,
      .moving_average = cpu::moving_average,
      .relu_forward = cpu::relu_forward,
      .relu_gradient = cpu::relu_gradient,
      .relu6_forward = cpu::relu6_forward,
      .relu6_gradient = cpu::relu6_gradient,
      .sigmoid_forward = cpu::sigmoid_forward,
      .sigmoid_gradient = cpu::sigmoid_gradient,
      .swish_forward = cpu::swish_forward,
      .swish_gradient = cpu::swish_gradient,
      .softmax_forward = cpu::softmax_forward,
      .softmax_gradient = cpu::softmax_gradient,
      .dropout = cpu::dropout,
      .max_pool_forward = cpu::max_pool_forward,
      .max_pool_gradient = cpu::max_pool_gradient,
      .batch_norm_max_pool = cpu::batch_norm_max_pool,
      .batch_norm_max_pool_gradient = cpu::batch_norm_max_pool_gradient,
      .average_pool_forward = cpu::average_pool_forward,
      .average_pool_gradient = cpu::average_pool_gradient,
      .global_average_pool_forward = cpu::global_average_pool_forward,
      .global_average_pool_gradient = cpu::global_average_pool_gradient,
      .zero_pad_forward = cpu::zero_pad_forward,
      .zero_pad_gradient = cpu::zero_pad_gradient,
      .add = cpu::add,
      .fill = cpu::fill,
      .clip = cpu::clip,
      .write_slice = cpu::write_slice,
      .read_slice = cpu::read_slice,
      .rescale = cpu::rescale,
      .channel_scale_forward = cpu::channel_scale_forward,
      .channel_scale_gradient = cpu::channel_scale_gradient,
      .bce_with_logits_forward = cpu::bce_with_logits_forward,
      .bce_with_logits_gradient = cpu::bce_with_logits_gradient,
      .adam = cpu::adam,
      .normalize_image = cpu::normalize_image,
      .augment_image = cpu::augment_image,
  };
  return table;
}

}  // namespace nanopneumo
