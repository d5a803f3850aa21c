#include "tools/bench/cudnn/cudnn_graph.h"

namespace nanopneumo::bench {
namespace {

cudnnPointwiseMode_t pointwise_mode(Activation activation) {
  switch (activation) {
    case Activation::none:
      return CUDNN_POINTWISE_IDENTITY;
    case Activation::relu:
    case Activation::relu6:
      break;
    case Activation::sigmoid:
      return CUDNN_POINTWISE_SIGMOID_FWD;
    case Activation::swish:
      return CUDNN_POINTWISE_SWISH_FWD;
  }
  return CUDNN_POINTWISE_RELU_FWD;
}

}  // namespace

CudnnLayout nhwc(std::int64_t n, std::int64_t h, std::int64_t w, std::int64_t c) {
  return {{n, c, h, w}, {h * w * c, 1, w * c, c}};
}

CudnnLayout krsc(std::int64_t k, std::int64_t r, std::int64_t s, std::int64_t c) {
  return {{k, c, r, s}, {r * s * c, 1, s * c, c}};
}

void CudnnPlan::execute(Cudnn& cudnn, const CudnnBindings& bindings) const {
  std::vector<std::int64_t> numbers;
  std::vector<void*> pointers;
  for (const auto& [number, pointer] : bindings) {
    numbers.push_back(number);
    pointers.push_back(pointer);
  }
  CudnnDescriptor pack(cudnn, CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
  pack.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, numbers)
      .set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, pointers)
      .set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, cudnn.workspace(workspace_bytes_));
  pack.finalize();
  CUDNN_CALL(cudnn, cudnnBackendExecute, cudnn.handle(), plan_.get(), pack.get());
}

std::int64_t CudnnGraph::tensor(const CudnnLayout& layout, bool is_virtual) {
  constexpr std::int64_t kAlignment = 16;
  const auto number = static_cast<std::int64_t>(tensors_.size()) + 1;
  CudnnDescriptor tensor(cudnn_, CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  tensor.set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_DATA_FLOAT)
      .set(CUDNN_ATTR_TENSOR_DIMENSIONS, layout.dims)
      .set(CUDNN_ATTR_TENSOR_STRIDES, layout.strides)
      .set(CUDNN_ATTR_TENSOR_UNIQUE_ID, number)
      .set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, kAlignment)
      .set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, is_virtual);
  tensor.finalize();
  tensors_.push_back(std::move(tensor));
  return number;
}

const CudnnDescriptor& CudnnGraph::convolution(const Window& w) {
  using Numbers = std::vector<std::int64_t>;
  CudnnDescriptor convolution(cudnn_, CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  convolution.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_DATA_FLOAT)
      .set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_CROSS_CORRELATION)
      .set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, std::int64_t{2})
      .set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, Numbers{w.pad.top, w.pad.left})
      .set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, Numbers{w.pad.bottom, w.pad.right})
      .set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, Numbers{w.stride_h, w.stride_w})
      .set(CUDNN_ATTR_CONVOLUTION_DILATIONS, Numbers{1, 1});
  convolution.finalize();
  return modes_.emplace_back(std::move(convolution));
}

void CudnnGraph::convolution_forward(const Window& window, std::int64_t x, std::int64_t w,
                                     std::int64_t y) {
  CudnnDescriptor operation(cudnn_, CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, convolution(window))
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, of(x))
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, of(w))
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, of(y))
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, 1.0f)
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, 0.0f);
  operation.finalize();
  operations_.push_back(std::move(operation));
}

void CudnnGraph::convolution_input_gradient(const Window& window, std::int64_t w, std::int64_t dy,
                                            std::int64_t dx) {
  CudnnDescriptor operation(cudnn_, CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, convolution(window))
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W, of(w))
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY, of(dy))
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX, of(dx))
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA, 1.0f)
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA, 0.0f);
  operation.finalize();
  operations_.push_back(std::move(operation));
}

void CudnnGraph::convolution_weight_gradient(const Window& window, std::int64_t x, std::int64_t dy,
                                             std::int64_t dw) {
  CudnnDescriptor operation(cudnn_, CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC, convolution(window))
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X, of(x))
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY, of(dy))
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, of(dw))
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA, 1.0f)
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA, 0.0f);
  operation.finalize();
  operations_.push_back(std::move(operation));
}

void CudnnGraph::pointwise(CudnnDescriptor mode, std::int64_t x, const std::int64_t* b,
                           std::int64_t y) {
  mode.finalize();
  CudnnDescriptor operation(cudnn_, CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, mode)
      .set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, of(x))
      .set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, of(y));
  if (b) operation.set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, of(*b));
  operation.finalize();
  operations_.push_back(std::move(operation));
  modes_.push_back(std::move(mode));
}

void CudnnGraph::add(std::int64_t a, std::int64_t b, std::int64_t y) {
  CudnnDescriptor mode(cudnn_, CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
  mode.set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_POINTWISE_ADD)
      .set(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_DATA_FLOAT);
  pointwise(std::move(mode), a, &b, y);
}

void CudnnGraph::activation(Activation activation, std::int64_t x, std::int64_t y) {
  CudnnDescriptor mode(cudnn_, CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
  mode.set(CUDNN_ATTR_POINTWISE_MODE, pointwise_mode(activation))
      .set(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_DATA_FLOAT);
  if (activation == Activation::relu6) mode.set(CUDNN_ATTR_POINTWISE_RELU_UPPER_CLIP, 6.0);
  pointwise(std::move(mode), x, nullptr, y);
}

}  // namespace nanopneumo::bench
