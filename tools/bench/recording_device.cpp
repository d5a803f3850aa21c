#include "tools/bench/recording_device.h"

namespace nanopneumo::bench {
namespace {

void note(Stream& stream, std::string_view op, const ShapeWords& shape) {
  static_cast<RecordingStream&>(stream).note(op, shape);
}

Fusion fusion_of(const Epilogue<float>& e) {
  return {.bias = e.bias != nullptr, .residual = e.residual != nullptr, .activation = e.activation};
}

ShapeWords with_bias_gradient(const ShapeWords& words, const float* db) {
  return with_fusion(words, {.bias = db != nullptr});
}

using F = const float*;
using Bytes = const std::uint8_t*;

const Kernels<float> kTable{
    .conv_forward = +[](Stream& s, const ConvDims& d, F, F, const Epilogue<float>& e,
                        float*) { note(s, "conv_forward", with_fusion(words(d), fusion_of(e))); },
    .conv_input_gradient = +[](Stream& s, const ConvDims& d, F, F,
                               float*) { note(s, "conv_input_gradient", words(d)); },
    .conv_weight_gradient =
        +[](Stream& s, const ConvDims& d, F, F, float*, float* db) {
          note(s, "conv_weight_gradient", with_bias_gradient(words(d), db));
        },
    .depthwise_forward =
        +[](Stream& s, const ChannelwiseDims& d, F, F, const Epilogue<float>& e, float*) {
          note(s, "depthwise_forward", with_fusion(words(d), fusion_of(e)));
        },
    .depthwise_input_gradient = +[](Stream& s, const ChannelwiseDims& d, F, F,
                                    float*) { note(s, "depthwise_input_gradient", words(d)); },
    .depthwise_weight_gradient =
        +[](Stream& s, const ChannelwiseDims& d, F, F, float*, float* db) {
          note(s, "depthwise_weight_gradient", with_bias_gradient(words(d), db));
        },
    .dense_forward = +[](Stream& s, const DenseDims& d, F, F, const Epilogue<float>& e,
                         float*) { note(s, "dense_forward", with_fusion(words(d), fusion_of(e))); },
    .dense_input_gradient = +[](Stream& s, const DenseDims& d, F, F,
                                float*) { note(s, "dense_input_gradient", words(d)); },
    .dense_weight_gradient =
        +[](Stream& s, const DenseDims& d, F, F, float*, float* db) {
          note(s, "dense_weight_gradient", with_bias_gradient(words(d), db));
        },
    .batch_norm_training = +[](Stream& s, const RowsDims& d, double, F, F, F, float*, float*,
                               float*) { note(s, "batch_norm_training", words(d)); },
    .batch_norm_training_gradient =
        +[](Stream& s, const RowsDims& d, double, F, F, F, F, F, float*, float*, float*) {
          note(s, "batch_norm_training_gradient", words(d));
        },
    .batch_norm_inference =
        +[](Stream& s, const RowsDims& d, double, F, F, F, F, F, Activation a, float*) {
          note(s, "batch_norm_inference", with_fusion(words(d), {.activation = a}));
        },
    .batch_norm_inference_gradient =
        +[](Stream& s, const RowsDims& d, double, F, F, F, F, F, float*, float*, float*) {
          note(s, "batch_norm_inference_gradient", words(d));
        },
    .moving_average = +[](Stream& s, int C, double, F,
                          float*) { note(s, "moving_average", ShapeWords().add("C", {C})); },
    .relu_forward =
        +[](Stream& s, std::int64_t n, F, float*) { note(s, "relu_forward", element_words(n)); },
    .relu_gradient = +[](Stream& s, std::int64_t n, F, F,
                         float*) { note(s, "relu_gradient", element_words(n)); },
    .relu6_forward =
        +[](Stream& s, std::int64_t n, F, float*) { note(s, "relu6_forward", element_words(n)); },
    .relu6_gradient = +[](Stream& s, std::int64_t n, F, F,
                          float*) { note(s, "relu6_gradient", element_words(n)); },
    .sigmoid_forward =
        +[](Stream& s, std::int64_t n, F, float*) { note(s, "sigmoid_forward", element_words(n)); },
    .sigmoid_gradient = +[](Stream& s, std::int64_t n, F, F,
                            float*) { note(s, "sigmoid_gradient", element_words(n)); },
    .swish_forward =
        +[](Stream& s, std::int64_t n, F, float*) { note(s, "swish_forward", element_words(n)); },
    .swish_gradient = +[](Stream& s, std::int64_t n, F, F,
                          float*) { note(s, "swish_gradient", element_words(n)); },
    .softmax_forward =
        +[](Stream& s, const RowsDims& d, F, float*) { note(s, "softmax_forward", words(d)); },
    .softmax_gradient =
        +[](Stream& s, const RowsDims& d, F, F, float*) { note(s, "softmax_gradient", words(d)); },
    .dropout = +[](Stream& s, std::int64_t n, double, const RandomKey&, F,
                   float*) { note(s, "dropout", element_words(n)); },
    .max_pool_forward = +[](Stream& s, const ChannelwiseDims& d, F, float*,
                            std::uint8_t*) { note(s, "max_pool_forward", words(d)); },
    .max_pool_gradient = +[](Stream& s, const ChannelwiseDims& d, Bytes, F,
                             float*) { note(s, "max_pool_gradient", words(d)); },
    .batch_norm_max_pool =
        +[](Stream& s, const ChannelwiseDims& d, double, F, F, F, float*, std::uint8_t*, float*,
            float*) { note(s, "batch_norm_max_pool", words(d)); },
    .batch_norm_max_pool_gradient =
        +[](Stream& s, const ChannelwiseDims& d, double, Activation a, F, F, F, F, Bytes, F, float*,
            float*, float*) {
          note(s, "batch_norm_max_pool_gradient", with_fusion(words(d), {.activation = a}));
        },
    .average_pool_forward = +[](Stream& s, const ChannelwiseDims& d, F,
                                float*) { note(s, "average_pool_forward", words(d)); },
    .average_pool_gradient = +[](Stream& s, const ChannelwiseDims& d, F,
                                 float*) { note(s, "average_pool_gradient", words(d)); },
    .global_average_pool_forward =
        +[](Stream& s, const ImageDims& d, F, float*) {
          note(s, "global_average_pool_forward", words(d));
        },
    .global_average_pool_gradient =
        +[](Stream& s, const ImageDims& d, F, float*) {
          note(s, "global_average_pool_gradient", words(d));
        },
    .zero_pad_forward = +[](Stream& s, const ImageDims& d, const Padding2D& p, F,
                            float*) { note(s, "zero_pad_forward", with_padding(words(d), p)); },
    .zero_pad_gradient = +[](Stream& s, const ImageDims& d, const Padding2D& p, F,
                             float*) { note(s, "zero_pad_gradient", with_padding(words(d), p)); },
    .add = +[](Stream& s, std::int64_t n, F, F, float*) { note(s, "add", element_words(n)); },
    .fill = +[](Stream& s, std::int64_t n, float, float*) { note(s, "fill", element_words(n)); },
    .clip = +[](Stream& s, std::int64_t n, float, F, float*) { note(s, "clip", element_words(n)); },
    .write_slice =
        +[](Stream& s, const SliceDims& d, F, float*) { note(s, "write_slice", words(d)); },
    .read_slice =
        +[](Stream& s, const SliceDims& d, F, float*) { note(s, "read_slice", words(d)); },
    .rescale = +[](Stream& s, const RowsDims& d, const ChannelFactors&, F,
                   float*) { note(s, "rescale", words(d)); },
    .channel_scale_forward = +[](Stream& s, const ImageDims& d, F, F,
                                 float*) { note(s, "channel_scale_forward", words(d)); },
    .channel_scale_gradient = +[](Stream& s, const ImageDims& d, F, F, F, float*,
                                  float*) { note(s, "channel_scale_gradient", words(d)); },
    .bce_with_logits_forward =
        +[](Stream& s, std::int64_t n, F, F, F, float*) {
          note(s, "bce_with_logits_forward", element_words(n));
        },
    .bce_with_logits_gradient =
        +[](Stream& s, std::int64_t n, F, F, F, F, float*) {
          note(s, "bce_with_logits_gradient", element_words(n));
        },
    .adam = +[](Stream& s, std::int64_t n, const AdamStep&, F, float*, float*,
                float*) { note(s, "adam", element_words(n)); },
    .normalize_image = +[](Stream& s, const ImageDims& d, const Preprocessing&, Bytes,
                           float*) { note(s, "normalize_image", words(d)); },
    .augment_image = +[](Stream& s, const ImageDims& d, const Preprocessing&, const ImageTransform*,
                         Bytes, float*) { note(s, "augment_image", words(d)); },
};

}  // namespace

void RecordingStream::note(std::string_view op, const ShapeWords& shape) {
  const std::string text = shape.str();
  for (last_ = 0; last_ < calls_.size(); ++last_) {
    RecordedCall& call = calls_[last_];
    if (call.op != op || call.shape.str() != text) continue;
    ++call.count;
    return;
  }
  calls_.push_back({std::string(op), shape});
}

const Kernels<float>* RecordingDevice::float_kernels() const { return &kTable; }

}  // namespace nanopneumo::bench
