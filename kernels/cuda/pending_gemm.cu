// Operations that are not written yet.
#include <stdexcept>

#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {

void conv_forward(Stream&, const ConvDims&, const float*, const float*, const Epilogue<float>&,
                  float*) {
  throw std::logic_error("conv_forward is not written yet");
}
void conv_input_gradient(Stream&, const ConvDims&, const float*, const float*, float*) {
  throw std::logic_error("conv_input_gradient is not written yet");
}
void conv_weight_gradient(Stream&, const ConvDims&, const float*, const float*, float*, float*) {
  throw std::logic_error("conv_weight_gradient is not written yet");
}
void dense_forward(Stream&, const DenseDims&, const float*, const float*, const Epilogue<float>&,
                   float*) {
  throw std::logic_error("dense_forward is not written yet");
}
void dense_input_gradient(Stream&, const DenseDims&, const float*, const float*, float*) {
  throw std::logic_error("dense_input_gradient is not written yet");
}
void dense_weight_gradient(Stream&, const DenseDims&, const float*, const float*, float*, float*) {
  throw std::logic_error("dense_weight_gradient is not written yet");
}

}  // namespace nanopneumo::GPU_NAMESPACE
