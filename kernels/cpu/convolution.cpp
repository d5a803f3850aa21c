#include "kernels/cpu/convolution.h"

#include <algorithm>

#include "kernels/cpu/epilogue.h"
#include "kernels/cpu/parallel.h"

namespace nanopneumo::cpu {
namespace {

using dnnl::memory;

memory::desc nhwc(int N, int H, int W, int C) {
  return {{N, C, H, W}, memory::data_type::f32, memory::format_tag::nhwc};
}

memory::desc weights(const ConvolutionProblem& p, memory::format_tag order) {
  return {p.weight_dims, memory::data_type::f32, order};
}

PackedOperand packed_weights(int argument, const ConvolutionProblem& p,
                             const memory::desc& preferred) {
  return {argument, weights(p, p.keras_weight_order), preferred};
}

memory::desc bias_layout(const ConvolutionProblem& p, bool with_bias) {
  if (!with_bias) return {};
  return {{p.K}, memory::data_type::f32, memory::format_tag::a};
}

ConvolutionLayouts layouts(const ConvolutionProblem& p, bool with_bias) {
  return {.x = nhwc(p.N, p.H, p.W, p.C),
          .w = weights(p, memory::format_tag::any),
          .bias = bias_layout(p, with_bias),
          .y = nhwc(p.N, p.P, p.Q, p.K)};
}

ConvolutionGeometry geometry(const Window& w) {
  return {.strides = {w.stride_h, w.stride_w},
          .padding_before = {w.pad.top, w.pad.left},
          .padding_after = {w.pad.bottom, w.pad.right}};
}

PrimitiveKey key(PrimitiveKind kind, const ConvolutionProblem& p, bool with_bias) {
  const Window& w = p.window;
  return {kind,
          with_bias,
          {p.N, p.H, p.W, p.C, p.K, w.R, w.S, w.stride_h, w.stride_w, w.pad.top, w.pad.bottom,
           w.pad.left, w.pad.right}};
}

CachedPrimitive& forward_primitive(CpuStream& stream, PrimitiveKind kind,
                                   const ConvolutionProblem& p, bool with_bias) {
  return stream.onednn().primitive(key(kind, p, with_bias), [&](const dnnl::engine& engine) {
    const auto description = describe_convolution_forward(engine, layouts(p, with_bias),
                                                          geometry(p.window), user_scratchpad());
    std::vector<Operand> operands{{DNNL_ARG_SRC, nhwc(p.N, p.H, p.W, p.C)},
                                  {DNNL_ARG_DST, nhwc(p.N, p.P, p.Q, p.K)}};
    if (with_bias) operands.push_back({DNNL_ARG_BIAS, bias_layout(p, true)});
    return CachedPrimitive(engine, dnnl::convolution_forward(description),
                           description.scratchpad_desc(), operands,
                           packed_weights(DNNL_ARG_WEIGHTS, p, description.weights_desc()));
  });
}

/// Images to convolve before the tail of the epilogue runs over the result: as many as the caches
/// of the threads hold.
int images_at_once(const CpuStream& stream, const ConvolutionProblem& p) {
  constexpr std::int64_t kCachedFloats = 1 << 18;  // 1 MiB for each thread
  return static_cast<int>(
      std::clamp<std::int64_t>(kCachedFloats * stream.threads() / p.image_out(), 1, p.N));
}

/// The images [first, first + count) of the batch, `p.N` at a time (count is a multiple of it).
void forward_images(CpuStream& stream, PrimitiveKind kind, const ConvolutionProblem& p, int first,
                    int count, const float* x, const float* w, const Epilogue<float>& epilogue,
                    float* y) {
  CachedPrimitive& primitive = forward_primitive(stream, kind, p, epilogue.bias != nullptr);
  primitive.attach(stream);
  primitive.load_weights(stream, w);
  if (epilogue.bias) primitive.bind(DNNL_ARG_BIAS, epilogue.bias);
  for (int n = first; n < first + count; n += p.N) {
    float* result = y + n * p.image_out();
    primitive.bind(DNNL_ARG_SRC, x + n * p.image_in());
    primitive.bind(DNNL_ARG_DST, result);
    primitive.execute(stream);
    if (!has_tail(epilogue)) continue;
    const float* residual = epilogue.residual ? epilogue.residual + n * p.image_out() : nullptr;
    apply_tail(stream, p.N * p.image_out(), residual, epilogue.activation, result);
  }
}

CachedPrimitive& weight_gradient_primitive(CpuStream& stream, PrimitiveKind kind,
                                           const ConvolutionProblem& p) {
  return stream.onednn().primitive(key(kind, p, false), [&](const dnnl::engine& engine) {
    const auto description = describe_convolution_weight_gradient(
        engine, layouts(p, false), geometry(p.window), user_scratchpad());
    return CachedPrimitive(
        engine, dnnl::convolution_backward_weights(description), description.scratchpad_desc(),
        {{DNNL_ARG_SRC, nhwc(p.N, p.H, p.W, p.C)}, {DNNL_ARG_DIFF_DST, nhwc(p.N, p.P, p.Q, p.K)}},
        packed_weights(DNNL_ARG_DIFF_WEIGHTS, p, description.diff_weights_desc()));
  });
}

/// The pixels of x that a 1x1 window reads, one after the other: (N, P, Q, C).
void take_pixels(CpuStream& stream, const ConvolutionProblem& p, const float* x, float* pixels) {
  const std::int64_t skip = std::int64_t{p.window.stride_w} * p.C;
  parallel_for(stream, std::int64_t{p.N} * p.P, [&](std::int64_t row) {
    const std::int64_t n = row / p.P, h = row % p.P * p.window.stride_h;
    const float* from = x + (n * p.H + h) * p.W * p.C;
    float* to = pixels + row * p.Q * p.C;
    for (int q = 0; q < p.Q; ++q, from += skip, to += p.C) std::copy_n(from, p.C, to);
  });
}

}  // namespace

ConvolutionProblem convolution_problem(const ConvDims& d) {
  return {.N = d.N,
          .H = d.H,
          .W = d.W,
          .C = d.C,
          .P = d.P(),
          .Q = d.Q(),
          .K = d.K,
          .window = d.window,
          .weight_dims = {d.K, d.C, d.window.R, d.window.S},
          .keras_weight_order = memory::format_tag::hwio};
}

ConvolutionProblem depthwise_problem(const ChannelwiseDims& d) {
  return {.N = d.N,
          .H = d.H,
          .W = d.W,
          .C = d.C,
          .P = d.P(),
          .Q = d.Q(),
          .K = d.C,
          .window = d.window,
          .weight_dims = {d.C, 1, 1, d.window.R, d.window.S},
          .keras_weight_order = memory::format_tag::hwigo};
}

void convolution_forward(CpuStream& stream, PrimitiveKind kind, const ConvolutionProblem& problem,
                         const float* x, const float* w, const Epilogue<float>& epilogue,
                         float* y) {
  ConvolutionProblem part = problem;
  if (has_tail(epilogue)) part.N = images_at_once(stream, problem);
  const int whole = problem.N / part.N * part.N;
  forward_images(stream, kind, part, 0, whole, x, w, epilogue, y);
  if (whole == problem.N) return;
  part.N = problem.N - whole;
  forward_images(stream, kind, part, whole, part.N, x, w, epilogue, y);
}

void convolution_input_gradient(CpuStream& stream, PrimitiveKind kind, const ConvolutionProblem& p,
                                const float* w, const float* dy, float* dx) {
  CachedPrimitive& primitive =
      stream.onednn().primitive(key(kind, p, false), [&](const dnnl::engine& engine) {
        const auto description = describe_convolution_input_gradient(
            engine, layouts(p, false), geometry(p.window), user_scratchpad());
        return CachedPrimitive(engine, dnnl::convolution_backward_data(description),
                               description.scratchpad_desc(),
                               {{DNNL_ARG_DIFF_SRC, nhwc(p.N, p.H, p.W, p.C)},
                                {DNNL_ARG_DIFF_DST, nhwc(p.N, p.P, p.Q, p.K)}},
                               packed_weights(DNNL_ARG_WEIGHTS, p, description.weights_desc()));
      });
  primitive.attach(stream);
  primitive.load_weights(stream, w);
  primitive.bind(DNNL_ARG_DIFF_DST, dy);
  primitive.bind(DNNL_ARG_DIFF_SRC, dx);
  primitive.execute(stream);
}

void convolution_weight_gradient(CpuStream& stream, PrimitiveKind kind, const ConvolutionProblem& p,
                                 const float* x, const float* dy, float* dw) {
  CachedPrimitive& primitive = weight_gradient_primitive(stream, kind, p);
  primitive.attach(stream);
  primitive.bind(DNNL_ARG_SRC, x);
  primitive.bind(DNNL_ARG_DIFF_DST, dy);
  primitive.execute_into_weights(stream, dw);
}

void skipping_weight_gradient(CpuStream& stream, PrimitiveKind kind, const ConvolutionProblem& p,
                              const float* x, const float* dy, float* dw) {
  ConvolutionProblem product = p;
  product.H = p.P;
  product.W = p.Q;
  product.window = {};
  CachedPrimitive& primitive = weight_gradient_primitive(stream, kind, product);
  const auto floats = static_cast<std::size_t>(p.N * product.image_in());
  auto* pixels = static_cast<float*>(primitive.attach(stream, floats * sizeof(float)));
  take_pixels(stream, p, x, pixels);
  primitive.bind(DNNL_ARG_SRC, pixels);
  primitive.bind(DNNL_ARG_DIFF_DST, dy);
  primitive.execute_into_weights(stream, dw);
}

}  // namespace nanopneumo::cpu
