#include "kernels/cpu/plan/tiled_steps.h"

#include "kernels/cpu/plan/tiled_operands.h"
#include "kernels/cpu/tiled/affine_product.h"
#include "kernels/cpu/tiled/convolution.h"
#include "kernels/cpu/tiled/made_pixels.h"
#include "kernels/cpu/tiled/scaled_product.h"
#include "kernels/cpu/tiled/separable.h"

namespace nanopneumo::cpu {
namespace {

template <class E>
class ConvolutionStep final : public TiledStep {
 public:
  ConvolutionStep(const StepContext<E>& context, const PlanConvolution<float>& op)
      : dims_{context.N,
              context.value(op.x).H,
              context.value(op.x).W,
              context.value(op.x).C,
              context.value(op.y).C,
              op.window},
        filter_(op.window, dims_.C, dims_.K, op.w, op.bias),
        x_(input(context, op.x)),
        results_(results(context, op.y, op.residual, op.activation)),
        workspace_bytes_(tiled::workspace_bytes<E>(context.stream, dims_, x_.stride)) {}

  void run(CpuStream& stream, int images) override {
    tiled::forward<E>(stream, first(images, dims_), x_, filter_, results_);
  }
  bool read_from(const void* x) override {
    x_.data = static_cast<const E*>(x);
    return true;
  }
  std::size_t workspace_bytes() const override { return workspace_bytes_; }
  std::size_t packed_bytes() const override { return filter_.bytes(); }

 private:
  ConvDims dims_;
  tiled::FilterOf<E> filter_;
  RowsOf<const E> x_;
  tiled::ResultsOf<E> results_;
  std::size_t workspace_bytes_;
};

template <class E>
class SeparableStep final : public TiledStep {
 public:
  SeparableStep(const StepContext<E>& context, const PlanSeparable<float>& op)
      : dims_(channelwise(context, op.x, op.window)),
        depthwise_(op.window, dims_.C, op.depthwise_w, op.depthwise_bias),
        depthwise_activation_(op.depthwise_activation),
        pointwise_({}, dims_.C, context.value(op.y).C, op.w, op.bias),
        x_(input(context, op.x)),
        results_(results(context, op.y, op.residual, op.activation)),
        workspace_bytes_(tiled::separable_workspace_bytes<E>(context.stream, dims_, pointwise_)) {}

  void run(CpuStream& stream, int images) override {
    tiled::separable_forward<E>(stream, first(images, dims_), x_, depthwise_, depthwise_activation_,
                                pointwise_, results_);
  }
  std::size_t workspace_bytes() const override { return workspace_bytes_; }
  std::size_t packed_bytes() const override { return depthwise_.bytes() + pointwise_.bytes(); }

 private:
  ChannelwiseDims dims_;
  tiled::DepthwiseFilter depthwise_;
  Activation depthwise_activation_;
  tiled::FilterOf<E> pointwise_;
  RowsOf<const E> x_;
  tiled::ResultsOf<E> results_;
  std::size_t workspace_bytes_;
};

/// A 1x1 convolution of pixels that are made where they are read.
template <class E>
class ProductStep : public TiledStep {
 public:
  template <class Op>
  ProductStep(const StepContext<E>& context, const Op& op)
      : images_{context.N, context.value(op.x).pixels(), context.value(op.x).C},
        pointwise_({}, images_.C, context.value(op.y).C, op.w, op.bias),
        x_(input(context, op.x)),
        results_(results(context, op.y, op.residual, op.activation)) {}

  std::size_t workspace_bytes() const final { return workspace_bytes_; }

 protected:
  tiled::Images images_;
  tiled::FilterOf<E> pointwise_;
  RowsOf<const E> x_;
  tiled::ResultsOf<E> results_;
  std::size_t workspace_bytes_ = 0;
};

template <class E>
class AffineProductStep final : public ProductStep<E> {
 public:
  AffineProductStep(const StepContext<E>& context, const PlanAffineProduct<float>& op)
      : ProductStep<E>(context, op),
        scale_(op.scale),
        shift_(op.shift),
        affine_activation_(op.affine_activation) {
    this->workspace_bytes_ =
        tiled::made_pixels_workspace_bytes<E>(context.stream, this->images_.C, this->pointwise_);
  }

  void run(CpuStream& stream, int images) override {
    tiled::affine_product<E>(stream, first(images, this->images_), this->x_,
                             {scale_, shift_, affine_activation_}, this->pointwise_,
                             this->results_);
  }
  std::size_t packed_bytes() const override {
    return this->pointwise_.bytes() + (scale_.size() + shift_.size()) * sizeof(float);
  }

 private:
  std::vector<float> scale_, shift_;
  Activation affine_activation_;
};

template <class E>
class ScaledProductStep final : public ProductStep<E> {
 public:
  ScaledProductStep(const StepContext<E>& context, const PlanScaledProduct<float>& op)
      : ProductStep<E>(context, op), s_(input(context, op.s)) {
    this->workspace_bytes_ =
        tiled::scaled_product_workspace_bytes<E>(context.stream, this->images_, this->pointwise_);
  }

  void run(CpuStream& stream, int images) override {
    tiled::scaled_product<E>(stream, first(images, this->images_), this->x_, s_, this->pointwise_,
                             this->results_);
  }
  std::size_t packed_bytes() const override { return this->pointwise_.bytes(); }

 private:
  RowsOf<const E> s_;
};

}  // namespace

template <class E>
std::unique_ptr<PlanStep> tiled_step(const StepContext<E>& context,
                                     const PlanConvolution<float>& op) {
  return std::make_unique<ConvolutionStep<E>>(context, op);
}

template <class E>
std::unique_ptr<PlanStep> tiled_step(const StepContext<E>& context,
                                     const PlanSeparable<float>& op) {
  return std::make_unique<SeparableStep<E>>(context, op);
}

template <class E>
std::unique_ptr<PlanStep> tiled_step(const StepContext<E>& context,
                                     const PlanAffineProduct<float>& op) {
  return std::make_unique<AffineProductStep<E>>(context, op);
}

template <class E>
std::unique_ptr<PlanStep> tiled_step(const StepContext<E>& context,
                                     const PlanScaledProduct<float>& op) {
  return std::make_unique<ScaledProductStep<E>>(context, op);
}

#define NANOPNEUMO_INSTANTIATE(E)                                                 \
  template std::unique_ptr<PlanStep> tiled_step(const StepContext<E>&,            \
                                                const PlanConvolution<float>&);   \
  template std::unique_ptr<PlanStep> tiled_step(const StepContext<E>&,            \
                                                const PlanSeparable<float>&);     \
  template std::unique_ptr<PlanStep> tiled_step(const StepContext<E>&,            \
                                                const PlanAffineProduct<float>&); \
  template std::unique_ptr<PlanStep> tiled_step(const StepContext<E>&,            \
                                                const PlanScaledProduct<float>&);
NANOPNEUMO_INSTANTIATE(float)
NANOPNEUMO_INSTANTIATE(BFloat16)
#undef NANOPNEUMO_INSTANTIATE

}  // namespace nanopneumo::cpu
