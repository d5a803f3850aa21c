// Operations that are not written yet.
#include <stdexcept>

#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {

void batch_norm_training(Stream&, const RowsDims&, double, const float*, const float*, const float*,
                         float*, float*, float*) {
  throw std::logic_error("batch_norm_training is not written yet");
}
void batch_norm_training_gradient(Stream&, const RowsDims&, double, const float*, const float*,
                                  const float*, const float*, const float*, float*, float*,
                                  float*) {
  throw std::logic_error("batch_norm_training_gradient is not written yet");
}
void batch_norm_inference(Stream&, const RowsDims&, double, const float*, const float*,
                          const float*, const float*, const float*, Activation, float*) {
  throw std::logic_error("batch_norm_inference is not written yet");
}
void batch_norm_inference_gradient(Stream&, const RowsDims&, double, const float*, const float*,
                                   const float*, const float*, const float*, float*, float*,
                                   float*) {
  throw std::logic_error("batch_norm_inference_gradient is not written yet");
}
void moving_average(Stream&, int, double, const float*, float*) {
  throw std::logic_error("moving_average is not written yet");
}
void relu_forward(Stream&, std::int64_t, const float*, float*) {
  throw std::logic_error("relu_forward is not written yet");
}
void relu_gradient(Stream&, std::int64_t, const float*, const float*, float*) {
  throw std::logic_error("relu_gradient is not written yet");
}
void relu6_forward(Stream&, std::int64_t, const float*, float*) {
  throw std::logic_error("relu6_forward is not written yet");
}
void relu6_gradient(Stream&, std::int64_t, const float*, const float*, float*) {
  throw std::logic_error("relu6_gradient is not written yet");
}
void sigmoid_forward(Stream&, std::int64_t, const float*, float*) {
  throw std::logic_error("sigmoid_forward is not written yet");
}
void sigmoid_gradient(Stream&, std::int64_t, const float*, const float*, float*) {
  throw std::logic_error("sigmoid_gradient is not written yet");
}
void softmax_forward(Stream&, const RowsDims&, const float*, float*) {
  throw std::logic_error("softmax_forward is not written yet");
}
void softmax_gradient(Stream&, const RowsDims&, const float*, const float*, float*) {
  throw std::logic_error("softmax_gradient is not written yet");
}
void dropout(Stream&, std::int64_t, double, const RandomKey&, const float*, float*) {
  throw std::logic_error("dropout is not written yet");
}
void global_average_pool_forward(Stream&, const ImageDims&, const float*, float*) {
  throw std::logic_error("global_average_pool_forward is not written yet");
}
void global_average_pool_gradient(Stream&, const ImageDims&, const float*, float*) {
  throw std::logic_error("global_average_pool_gradient is not written yet");
}
void fill(Stream&, std::int64_t, float, float*) {
  throw std::logic_error("fill is not written yet");
}
void bce_with_logits_forward(Stream&, std::int64_t, const float*, const float*, const float*,
                             float*) {
  throw std::logic_error("bce_with_logits_forward is not written yet");
}
void bce_with_logits_gradient(Stream&, std::int64_t, const float*, const float*, const float*,
                              const float*, float*) {
  throw std::logic_error("bce_with_logits_gradient is not written yet");
}
void adam(Stream&, std::int64_t, const AdamStep&, const float*, float*, float*, float*) {
  throw std::logic_error("adam is not written yet");
}

}  // namespace nanopneumo::GPU_NAMESPACE
