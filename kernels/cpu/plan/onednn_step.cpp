#include "kernels/cpu/plan/onednn_step.h"

namespace nanopneumo::cpu {
namespace {

void append_activation(dnnl::post_ops& operations, Activation activation) {
  using dnnl::algorithm;
  switch (activation) {
    case Activation::none:
      return;
    case Activation::relu:
      return append_eltwise(operations, algorithm::eltwise_relu, 0, 0);
    case Activation::relu6:
      return append_eltwise(operations, algorithm::eltwise_clip, 0, 6);
    case Activation::sigmoid:
      return append_eltwise(operations, algorithm::eltwise_logistic, 0, 0);
    case Activation::swish:
      return append_eltwise(operations, algorithm::eltwise_swish, 1, 0);
  }
}

}  // namespace

dnnl::primitive_attr epilogue(bool adds_to_result, Activation activation) {
  dnnl::primitive_attr attributes = user_scratchpad();
  dnnl::post_ops operations;
  if (adds_to_result) operations.append_sum(1);
  append_activation(operations, activation);
  attributes.set_post_ops(operations);
  return attributes;
}

}  // namespace nanopneumo::cpu
