// The whole difference between oneDNN 2.x (operation descriptors) and 3.x (none), in one place.
#pragma once

#include <dnnl.hpp>

namespace nanopneumo::cpu {

/// Strides and zero padding of a convolution, rows first.
struct ConvolutionGeometry {
  dnnl::memory::dims strides, padding_before, padding_after;
};

/// The memory layouts of a convolution's operands (or of the gradients in their place). An empty
/// `bias` means that there is none.
struct ConvolutionLayouts {
  dnnl::memory::desc x, w, bias, y;
};

#if DNNL_VERSION_MAJOR >= 3

inline void append_eltwise(dnnl::post_ops& operations, dnnl::algorithm algorithm, float alpha,
                           float beta) {
  operations.append_eltwise(algorithm, alpha, beta);
}

inline dnnl::convolution_forward::primitive_desc describe_convolution_forward(
    const dnnl::engine& engine, const ConvolutionLayouts& l, const ConvolutionGeometry& g,
    const dnnl::primitive_attr& attributes,
    dnnl::prop_kind kind = dnnl::prop_kind::forward_training) {
  return {engine,
          kind,
          dnnl::algorithm::convolution_direct,
          l.x,
          l.w,
          l.bias,
          l.y,
          g.strides,
          g.padding_before,
          g.padding_after,
          attributes};
}

inline dnnl::convolution_backward_data::primitive_desc describe_convolution_input_gradient(
    const dnnl::engine& engine, const ConvolutionLayouts& l, const ConvolutionGeometry& g,
    const dnnl::primitive_attr& attributes) {
  return {engine,
          dnnl::algorithm::convolution_direct,
          l.x,
          l.w,
          l.y,
          g.strides,
          g.padding_before,
          g.padding_after,
          describe_convolution_forward(engine, l, g, attributes),
          attributes};
}

inline dnnl::convolution_backward_weights::primitive_desc describe_convolution_weight_gradient(
    const dnnl::engine& engine, const ConvolutionLayouts& l, const ConvolutionGeometry& g,
    const dnnl::primitive_attr& attributes) {
  return {engine,
          dnnl::algorithm::convolution_direct,
          l.x,
          l.w,
          l.bias,
          l.y,
          g.strides,
          g.padding_before,
          g.padding_after,
          describe_convolution_forward(engine, l, g, attributes),
          attributes};
}

inline dnnl::matmul::primitive_desc describe_matmul(const dnnl::engine& engine,
                                                    const dnnl::memory::desc& a,
                                                    const dnnl::memory::desc& b,
                                                    const dnnl::memory::desc& bias,
                                                    const dnnl::memory::desc& product,
                                                    const dnnl::primitive_attr& attributes) {
  return {engine, a, b, bias, product, attributes};
}

#else

inline void append_eltwise(dnnl::post_ops& operations, dnnl::algorithm algorithm, float alpha,
                           float beta) {
  operations.append_eltwise(1, algorithm, alpha, beta);
}

inline dnnl::convolution_forward::primitive_desc describe_convolution_forward(
    const dnnl::engine& engine, const ConvolutionLayouts& l, const ConvolutionGeometry& g,
    const dnnl::primitive_attr& attributes,
    dnnl::prop_kind kind = dnnl::prop_kind::forward_training) {
  const dnnl::convolution_forward::desc operation(kind, dnnl::algorithm::convolution_direct, l.x,
                                                  l.w, l.bias, l.y, g.strides, g.padding_before,
                                                  g.padding_after);
  return {operation, attributes, engine};
}

inline dnnl::convolution_backward_data::primitive_desc describe_convolution_input_gradient(
    const dnnl::engine& engine, const ConvolutionLayouts& l, const ConvolutionGeometry& g,
    const dnnl::primitive_attr& attributes) {
  const dnnl::convolution_backward_data::desc operation(dnnl::algorithm::convolution_direct, l.x,
                                                        l.w, l.y, g.strides, g.padding_before,
                                                        g.padding_after);
  return {operation, attributes, engine, describe_convolution_forward(engine, l, g, attributes)};
}

inline dnnl::convolution_backward_weights::primitive_desc describe_convolution_weight_gradient(
    const dnnl::engine& engine, const ConvolutionLayouts& l, const ConvolutionGeometry& g,
    const dnnl::primitive_attr& attributes) {
  const dnnl::convolution_backward_weights::desc operation(dnnl::algorithm::convolution_direct, l.x,
                                                           l.w, l.bias, l.y, g.strides,
                                                           g.padding_before, g.padding_after);
  return {operation, attributes, engine, describe_convolution_forward(engine, l, g, attributes)};
}

inline dnnl::matmul::primitive_desc describe_matmul(const dnnl::engine& engine,
                                                    const dnnl::memory::desc& a,
                                                    const dnnl::memory::desc& b,
                                                    const dnnl::memory::desc& bias,
                                                    const dnnl::memory::desc& product,
                                                    const dnnl::primitive_attr& attributes) {
  return {dnnl::matmul::desc(a, b, bias, product), attributes, engine};
}

#endif

}  // namespace nanopneumo::cpu
