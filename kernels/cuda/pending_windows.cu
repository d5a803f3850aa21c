// Operations that are not written yet.
#include <stdexcept>

#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {

void depthwise_forward(Stream&, const ChannelwiseDims&, const float*, const float*,
                       const Epilogue<float>&, float*) {
  throw std::logic_error("depthwise_forward is not written yet");
}
void depthwise_input_gradient(Stream&, const ChannelwiseDims&, const float*, const float*, float*) {
  throw std::logic_error("depthwise_input_gradient is not written yet");
}
void depthwise_weight_gradient(Stream&, const ChannelwiseDims&, const float*, const float*, float*,
                               float*) {
  throw std::logic_error("depthwise_weight_gradient is not written yet");
}
void max_pool_forward(Stream&, const ChannelwiseDims&, const float*, float*, std::uint8_t*) {
  throw std::logic_error("max_pool_forward is not written yet");
}
void max_pool_gradient(Stream&, const ChannelwiseDims&, const std::uint8_t*, const float*, float*) {
  throw std::logic_error("max_pool_gradient is not written yet");
}
void average_pool_forward(Stream&, const ChannelwiseDims&, const float*, float*) {
  throw std::logic_error("average_pool_forward is not written yet");
}
void average_pool_gradient(Stream&, const ChannelwiseDims&, const float*, float*) {
  throw std::logic_error("average_pool_gradient is not written yet");
}
void zero_pad_forward(Stream&, const ImageDims&, const Padding2D&, const float*, float*) {
  throw std::logic_error("zero_pad_forward is not written yet");
}
void zero_pad_gradient(Stream&, const ImageDims&, const Padding2D&, const float*, float*) {
  throw std::logic_error("zero_pad_gradient is not written yet");
}
void write_slice(Stream&, const SliceDims&, const float*, float*) {
  throw std::logic_error("write_slice is not written yet");
}
void read_slice(Stream&, const SliceDims&, const float*, float*) {
  throw std::logic_error("read_slice is not written yet");
}
void channel_scale_forward(Stream&, const ImageDims&, const float*, const float*, float*) {
  throw std::logic_error("channel_scale_forward is not written yet");
}
void channel_scale_gradient(Stream&, const ImageDims&, const float*, const float*, const float*,
                            float*, float*) {
  throw std::logic_error("channel_scale_gradient is not written yet");
}
void normalize_image(Stream&, const ImageDims&, const Preprocessing&, const std::uint8_t*, float*) {
  throw std::logic_error("normalize_image is not written yet");
}
void augment_image(Stream&, const ImageDims&, const Preprocessing&, const ImageTransform*,
                   const std::uint8_t*, float*) {
  throw std::logic_error("augment_image is not written yet");
}

}  // namespace nanopneumo::GPU_NAMESPACE
