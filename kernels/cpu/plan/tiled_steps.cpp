#include "kernels/cpu/plan/tiled_steps.h"

#include "kernels/cpu/tiled/affine_product.h"
#include "kernels/cpu/tiled/convolution.h"
#include "kernels/cpu/tiled/made_pixels.h"
#include "kernels/cpu/tiled/scaled_product.h"
#include "kernels/cpu/tiled/separable.h"

namespace nanopneumo::cpu {
namespace {

ConstRows input(const StepContext<float>& context, int v) {
  const Pixels<float> pixels = context.at(v);
  return {pixels.data, pixels.stride};
}

/// `residual`: number of a value, or -1.
tiled::Results results(const StepContext<float>& context, int y, int residual,
                       Activation activation) {
  const Pixels<float> pixels = context.at(y);
  return {{pixels.data, pixels.stride},
          residual < 0 ? ConstRows{nullptr, 0} : input(context, residual),
          activation};
}

ChannelwiseDims channelwise(const StepContext<float>& context, int x, const Window& window) {
  const PlanValue& value = context.value(x);
  return {context.N, value.H, value.W, value.C, window};
}

/// The same for the first `images` alone.
template <class Dims>
Dims first(int images, Dims dims) {
  dims.N = images;
  return dims;
}

class TiledStep : public PlanStep {
 public:
  std::string algorithm() const override { return "tiled"; }
};

class ConvolutionStep final : public TiledStep {
 public:
  ConvolutionStep(const StepContext<float>& context, const PlanConvolution<float>& op)
      : dims_{context.N,
              context.value(op.x).H,
              context.value(op.x).W,
              context.value(op.x).C,
              context.value(op.y).C,
              op.window},
        filter_(op.window, dims_.C, dims_.K, op.w, op.bias),
        x_(input(context, op.x)),
        results_(results(context, op.y, op.residual, op.activation)),
        workspace_bytes_(tiled::workspace_bytes(context.stream, dims_, x_.stride)) {}

  void run(CpuStream& stream, int images) override {
    tiled::forward(stream, first(images, dims_), x_, filter_, results_);
  }
  std::size_t workspace_bytes() const override { return workspace_bytes_; }
  std::size_t packed_bytes() const override { return filter_.bytes(); }

 private:
  ConvDims dims_;
  tiled::Filter filter_;
  ConstRows x_;
  tiled::Results results_;
  std::size_t workspace_bytes_;
};

class DepthwiseStep final : public TiledStep {
 public:
  DepthwiseStep(const StepContext<float>& context, const PlanDepthwise<float>& op)
      : dims_(channelwise(context, op.x, op.window)),
        filter_(op.window, dims_.C, op.w, op.bias),
        x_(input(context, op.x)),
        results_(results(context, op.y, -1, op.activation)) {}

  void run(CpuStream& stream, int images) override {
    tiled::depthwise_forward(stream, first(images, dims_), x_, filter_, results_.activation,
                             results_.y);
  }
  std::size_t packed_bytes() const override { return filter_.bytes(); }

 private:
  ChannelwiseDims dims_;
  tiled::DepthwiseFilter filter_;
  ConstRows x_;
  tiled::Results results_;
};

class SeparableStep final : public TiledStep {
 public:
  SeparableStep(const StepContext<float>& context, const PlanSeparable<float>& op)
      : dims_(channelwise(context, op.x, op.window)),
        depthwise_(op.window, dims_.C, op.depthwise_w, op.depthwise_bias),
        depthwise_activation_(op.depthwise_activation),
        pointwise_({}, dims_.C, context.value(op.y).C, op.w, op.bias),
        x_(input(context, op.x)),
        results_(results(context, op.y, op.residual, op.activation)),
        workspace_bytes_(tiled::separable_workspace_bytes(context.stream, dims_)) {}

  void run(CpuStream& stream, int images) override {
    tiled::separable_forward(stream, first(images, dims_), x_, depthwise_, depthwise_activation_,
                             pointwise_, results_);
  }
  std::size_t workspace_bytes() const override { return workspace_bytes_; }
  std::size_t packed_bytes() const override { return depthwise_.bytes() + pointwise_.bytes(); }

 private:
  ChannelwiseDims dims_;
  tiled::DepthwiseFilter depthwise_;
  Activation depthwise_activation_;
  tiled::Filter pointwise_;
  ConstRows x_;
  tiled::Results results_;
  std::size_t workspace_bytes_;
};

/// A 1x1 convolution of pixels that are made where they are read.
class ProductStep : public TiledStep {
 public:
  template <class Op>
  ProductStep(const StepContext<float>& context, const Op& op)
      : images_{context.N, context.value(op.x).pixels(), context.value(op.x).C},
        pointwise_({}, images_.C, context.value(op.y).C, op.w, op.bias),
        x_(input(context, op.x)),
        results_(results(context, op.y, op.residual, op.activation)),
        workspace_bytes_(tiled::made_pixels_workspace_bytes(context.stream, images_.C)) {}

  std::size_t workspace_bytes() const final { return workspace_bytes_; }

 protected:
  tiled::Images images_;
  tiled::Filter pointwise_;
  ConstRows x_;
  tiled::Results results_;

 private:
  std::size_t workspace_bytes_;
};

class AffineProductStep final : public ProductStep {
 public:
  AffineProductStep(const StepContext<float>& context, const PlanAffineProduct<float>& op)
      : ProductStep(context, op),
        scale_(op.scale),
        shift_(op.shift),
        affine_activation_(op.affine_activation) {}

  void run(CpuStream& stream, int images) override {
    tiled::affine_product(stream, first(images, images_), x_, {scale_, shift_, affine_activation_},
                          pointwise_, results_);
  }
  std::size_t packed_bytes() const override {
    return pointwise_.bytes() + (scale_.size() + shift_.size()) * sizeof(float);
  }

 private:
  std::vector<float> scale_, shift_;
  Activation affine_activation_;
};

class ScaledProductStep final : public ProductStep {
 public:
  ScaledProductStep(const StepContext<float>& context, const PlanScaledProduct<float>& op)
      : ProductStep(context, op), s_(input(context, op.s)) {}

  void run(CpuStream& stream, int images) override {
    tiled::scaled_product(stream, first(images, images_), x_, s_, pointwise_, results_);
  }
  std::size_t packed_bytes() const override { return pointwise_.bytes(); }

 private:
  ConstRows s_;
};

}  // namespace

std::unique_ptr<PlanStep> tiled_step(const StepContext<float>& context,
                                     const PlanConvolution<float>& op) {
  return std::make_unique<ConvolutionStep>(context, op);
}

std::unique_ptr<PlanStep> tiled_step(const StepContext<float>& context,
                                     const PlanDepthwise<float>& op) {
  return std::make_unique<DepthwiseStep>(context, op);
}

std::unique_ptr<PlanStep> tiled_step(const StepContext<float>& context,
                                     const PlanSeparable<float>& op) {
  return std::make_unique<SeparableStep>(context, op);
}

std::unique_ptr<PlanStep> tiled_step(const StepContext<float>& context,
                                     const PlanAffineProduct<float>& op) {
  return std::make_unique<AffineProductStep>(context, op);
}

std::unique_ptr<PlanStep> tiled_step(const StepContext<float>& context,
                                     const PlanScaledProduct<float>& op) {
  return std::make_unique<ScaledProductStep>(context, op);
}

}  // namespace nanopneumo::cpu
