#include "kernels/cpu/plan/depthwise_steps.h"

#include "kernels/cpu/plan/tiled_operands.h"
#include "kernels/cpu/tiled/expanded_depthwise.h"

namespace nanopneumo::cpu {
namespace {

/// Scratch memory for the sums of some values' rows, where they are asked for.
class RowSums {
 public:
  RowSums(const ChannelwiseDims& d, bool are_wanted)
      : bytes_(are_wanted ? static_cast<std::size_t>(d.N) * static_cast<std::size_t>(d.P()) *
                                static_cast<std::size_t>(d.C) * sizeof(float)
                          : 0) {}
  std::size_t bytes() const { return bytes_; }
  void set(std::byte* memory) { memory_ = memory; }
  /// Null where there are none.
  float* data() const { return bytes_ == 0 ? nullptr : reinterpret_cast<float*>(memory_); }

 private:
  std::size_t bytes_;
  std::byte* memory_ = nullptr;
};

template <class E>
class DepthwiseStep final : public PlanStep {
 public:
  DepthwiseStep(const StepContext<E>& context, const PlanDepthwise<float>& op, bool sums)
      : dims_(channelwise(context, op.x, op.window)),
        filter_(op.window, dims_.C, op.w, op.bias),
        x_(input(context, op.x)),
        results_(results(context, op.y, -1, op.activation)),
        row_sums_(dims_, sums) {}

  void run(CpuStream& stream, int images) override {
    const ChannelwiseDims dims = first(images, dims_);
    if (narrow_)
      tiled::depthwise_forward(stream, dims, x_, filter_, results_.activation,
                               RowsOf<BFloat16>{narrow_, dims_.C}, row_sums_.data());
    else
      tiled::depthwise_forward(stream, dims, x_, filter_, results_.activation, results_.y,
                               row_sums_.data());
  }
  bool narrow_to(BFloat16* y) override {
    narrow_ = y;
    return true;
  }
  std::size_t scratch_bytes() const override { return row_sums_.bytes(); }
  void set_scratch(std::byte* memory) override { row_sums_.set(memory); }
  std::string algorithm() const override { return "tiled"; }
  std::size_t packed_bytes() const override { return filter_.bytes(); }

 private:
  ChannelwiseDims dims_;
  tiled::DepthwiseFilter filter_;
  RowsOf<const E> x_;
  tiled::ResultsOf<E> results_;
  RowSums row_sums_;
  BFloat16* narrow_ = nullptr;  ///< where results go instead
};

ChannelwiseDims with_channels(int C, ChannelwiseDims dims) {
  dims.C = C;
  return dims;
}

template <class E>
class ExpandedDepthwiseStep final : public PlanStep {
 public:
  ExpandedDepthwiseStep(const StepContext<E>& context, const PlanExpandedDepthwise<float>& op,
                        bool sums)
      : dims_(with_channels(context.value(op.y).C, channelwise(context, op.x, op.window))),
        expansion_activation_(op.expansion_activation),
        x_(input(context, op.x)),
        results_(results(context, op.y, -1, op.activation)),
        row_sums_(dims_, sums),
        groups_(tiled::expansion_groups<E>(dims_, context.value(op.x).C, op.expansion_w,
                                           op.expansion_bias, op.w, op.bias)),
        workspace_bytes_(tiled::expanded_depthwise_workspace_bytes<E>(context.stream, dims_)) {}

  void run(CpuStream& stream, int images) override {
    tiled::expanded_depthwise_forward<E>(stream, first(images, dims_), x_, groups_,
                                         expansion_activation_, results_.activation, results_.y,
                                         row_sums_.data());
  }
  std::size_t scratch_bytes() const override { return row_sums_.bytes(); }
  void set_scratch(std::byte* memory) override { row_sums_.set(memory); }
  std::size_t workspace_bytes() const override { return workspace_bytes_; }
  std::string algorithm() const override { return "tiled"; }
  std::size_t packed_bytes() const override {
    std::size_t bytes = 0;
    for (const auto& group : groups_) bytes += group.expansion.bytes() + group.depthwise.bytes();
    return bytes;
  }

 private:
  ChannelwiseDims dims_;  ///< of the depthwise convolution
  Activation expansion_activation_;
  RowsOf<const E> x_;
  tiled::ResultsOf<E> results_;
  RowSums row_sums_;
  std::vector<tiled::ExpansionGroup<E>> groups_;
  std::size_t workspace_bytes_;
};

}  // namespace

template <class E>
std::unique_ptr<PlanStep> depthwise_step(const StepContext<E>& context,
                                         const PlanDepthwise<float>& op, bool sums) {
  return std::make_unique<DepthwiseStep<E>>(context, op, sums);
}

template <class E>
std::unique_ptr<PlanStep> expanded_depthwise_step(const StepContext<E>& context,
                                                  const PlanExpandedDepthwise<float>& op,
                                                  bool sums) {
  return std::make_unique<ExpandedDepthwiseStep<E>>(context, op, sums);
}

#define NANOPNEUMO_INSTANTIATE(E)                                                       \
  template std::unique_ptr<PlanStep> depthwise_step(const StepContext<E>&,              \
                                                    const PlanDepthwise<float>&, bool); \
  template std::unique_ptr<PlanStep> expanded_depthwise_step(                           \
      const StepContext<E>&, const PlanExpandedDepthwise<float>&, bool);
NANOPNEUMO_INSTANTIATE(float)
NANOPNEUMO_INSTANTIATE(BFloat16)
#undef NANOPNEUMO_INSTANTIATE

}  // namespace nanopneumo::cpu
