#include "kernels/cpu/plan/winograd_step.h"

#include "kernels/cpu/plan/loops.h"
#include "kernels/cpu/winograd/winograd.h"

namespace nanopneumo::cpu {
namespace {

class WinogradStep final : public PlanStep {
 public:
  WinogradStep(const StepContext<float>& context, const PlanConvolution<float>& op)
      : dims_{.N = context.N,
              .H = context.value(op.x).H,
              .W = context.value(op.x).W,
              .C = context.value(op.x).C,
              .K = context.value(op.y).C,
              .window = op.window},
        filter_(context.stream, dims_.C, dims_.K, op.w.data()),
        bias_(op.bias),
        activation_(op.activation),
        x_(context.at(op.x)),
        y_(context.at(op.y)),
        workspace_bytes_(winograd::workspace_bytes(context.stream, dims_)),
        residual_(op.residual < 0 ? Pixels<float>{nullptr, 0} : context.at(op.residual)) {}

  void run(CpuStream& stream, int images) override {
    ConvDims dims = dims_;
    dims.N = images;
    winograd::forward(stream, dims, {x_.data, x_.stride}, filter_,
                      {.bias = bias_.empty() ? nullptr : bias_.data(),
                       .residual = residual_.data,
                       .activation = activation_},
                      residual_.stride, {y_.data, y_.stride});
  }
  std::size_t workspace_bytes() const override { return workspace_bytes_; }
  std::size_t packed_bytes() const override {
    return filter_.bytes() + bias_.size() * sizeof(float);
  }
  std::string algorithm() const override { return "winograd"; }

 private:
  ConvDims dims_;
  winograd::Filter filter_;
  std::vector<float> bias_;
  Activation activation_;
  Pixels<float> x_, y_;
  std::size_t workspace_bytes_;
  Pixels<float> residual_;
};

}  // namespace

std::unique_ptr<PlanStep> winograd_step(const StepContext<float>& context,
                                        const PlanConvolution<float>& op) {
  return std::make_unique<WinogradStep>(context, op);
}

}  // namespace nanopneumo::cpu
