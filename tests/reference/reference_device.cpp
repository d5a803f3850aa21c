#include "tests/reference/reference_device.h"

#include "tensor/host_device.h"
#include "tests/reference/reference_ops.h"

namespace nanopneumo::test {
namespace {

/// Every operation is done when it returns.
class ReferenceStream final : public Stream {
 public:
  void synchronize() override {}
};

class ReferenceDevice final : public HostMemoryDevice {
 public:
  std::string name() const override { return "reference"; }
  Stream& stream() override { return stream_; }
  const Kernels<float>* float_kernels() const override { return nullptr; }
  const Kernels<double>* double_kernels() const override { return &reference_kernels(); }

 private:
  ReferenceStream stream_;
};

}  // namespace

const Kernels<double>& reference_kernels() {
  static const Kernels<double> table = {
      .conv_forward = reference::conv_forward,
      .conv_input_gradient = reference::conv_input_gradient,
      .conv_weight_gradient = reference::conv_weight_gradient,
      .depthwise_forward = reference::depthwise_forward,
      .depthwise_input_gradient = reference::depthwise_input_gradient,
      .depthwise_weight_gradient = reference::depthwise_weight_gradient,
      .dense_forward = reference::dense_forward,
      .dense_input_gradient = reference::dense_input_gradient,
      .dense_weight_gradient = reference::dense_weight_gradient,
      .batch_norm_training = reference::batch_norm_training,
      .batch_norm_training_gradient = reference::batch_norm_training_gradient,
      .batch_norm_inference = reference::batch_norm_inference,
      .batch_norm_inference_gradient = reference::batch_norm_inference_gradient,
      .moving_average = reference::moving_average,
      .relu_forward = reference::relu_forward,
      .relu_gradient = reference::relu_gradient,
      .relu6_forward = reference::relu6_forward,
      .relu6_gradient = reference::relu6_gradient,
      .sigmoid_forward = reference::sigmoid_forward,
      .sigmoid_gradient = reference::sigmoid_gradient,
      .swish_forward = reference::swish_forward,
      .swish_gradient = reference::swish_gradient,
      .softmax_forward = reference::softmax_forward,
      .softmax_gradient = reference::softmax_gradient,
      .dropout = reference::dropout,
      .max_pool_forward = reference::max_pool_forward,
      .max_pool_gradient = reference::max_pool_gradient,
      .batch_norm_max_pool = reference::batch_norm_max_pool,
      .batch_norm_max_pool_gradient = reference::batch_norm_max_pool_gradient,
      .average_pool_forward = reference::average_pool_forward,
      .average_pool_gradient = reference::average_pool_gradient,
      .global_average_pool_forward = reference::global_average_pool_forward,
      .global_average_pool_gradient = reference::global_average_pool_gradient,
      .zero_pad_forward = reference::zero_pad_forward,
      .zero_pad_gradient = reference::zero_pad_gradient,
      .add = reference::add,
      .fill = reference::fill,
      .clip = reference::clip,
      .write_slice = reference::write_slice,
      .read_slice = reference::read_slice,
      .rescale = reference::rescale,
      .channel_scale_forward = reference::channel_scale_forward,
      .channel_scale_gradient = reference::channel_scale_gradient,
      .bce_with_logits_forward = reference::bce_with_logits_forward,
      .bce_with_logits_gradient = reference::bce_with_logits_gradient,
      .adam = reference::adam,
      .normalize_image = reference::normalize_image,
      .augment_image = reference::augment_image,
  };
  return table;
}

std::unique_ptr<Device> make_reference_device() { return std::make_unique<ReferenceDevice>(); }

}  // namespace nanopneumo::test
