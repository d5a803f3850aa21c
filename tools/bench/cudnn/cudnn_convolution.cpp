// Convolution, its two gradients, and the same for each channel alone (depthwise).
#include <optional>

#include "tools/bench/cudnn/cudnn_cases.h"
#include "tools/bench/cudnn/cudnn_graph.h"
#include "tools/bench/cudnn/cudnn_tensor.h"
#include "tools/bench/device_array.h"

namespace nanopneumo::bench {
namespace {

/// A convolution in groups: filters see `filter_C` of the C channels.
struct Problem {
  ConvDims dims;
  int filter_C;

  CudnnLayout x() const { return nhwc(dims.N, dims.H, dims.W, dims.C); }
  CudnnLayout y() const { return nhwc(dims.N, dims.P(), dims.Q(), dims.K); }
  CudnnLayout w() const { return krsc(dims.K, dims.window.R, dims.window.S, filter_C); }
  std::int64_t weight_size() const {
    return std::int64_t{dims.window.R} * dims.window.S * filter_C * dims.K;
  }
};

std::optional<Problem> problem_of(const OpCase& op_case) {
  if (op_case.op.starts_with("conv_")) {
    const ConvDims d = conv_dims(op_case.shape);
    return Problem{d, d.C};
  }
  if (op_case.op.starts_with("depthwise_")) {
    const ChannelwiseDims d = channelwise_dims(op_case.shape);
    return Problem{{d.N, d.H, d.W, d.C, d.C, d.window}, 1};
  }
  return {};
}

/// Filters from our order (R, S, C, K) to cuDNN's (K, R, S, C), or back.
enum class Direction { to_cudnn, from_cudnn };
std::vector<float> reordered(const Problem& p, const std::vector<float>& from,
                             Direction direction) {
  std::vector<float> to(from.size());
  const std::size_t RS = static_cast<std::size_t>(p.dims.window.R * p.dims.window.S);
  const std::size_t C = static_cast<std::size_t>(p.filter_C);
  const std::size_t K = static_cast<std::size_t>(p.dims.K);
  for (std::size_t rs = 0; rs < RS; ++rs)
    for (std::size_t c = 0; c < C; ++c)
      for (std::size_t k = 0; k < K; ++k) {
        const std::size_t ours = (rs * C + c) * K + k, theirs = (k * RS + rs) * C + c;
        if (direction == Direction::to_cudnn)
          to[theirs] = from[ours];
        else
          to[ours] = from[theirs];
      }
  return to;
}

/// Plans of one graph and where its tensors lie.
struct Bound {
  std::vector<CudnnPlan> plans;
  CudnnBindings bindings;
};

class Forward final : public RivalCase {
 public:
  Forward(Cudnn& cudnn, const OpCase& op_case, const Problem& p, const Buffers& ours,
          Device& device, Math math)
      : cudnn_(cudnn),
        problem_(p),
        fusion_(fusion(op_case.shape)),
        at_(ours),
        w_(device, reordered(p, ours.values("w"), Direction::to_cudnn)),
        sums_(device, p.dims.output_size()),
        y_(device, p.dims.output_size()) {
    fused_ = convolution(math, /*with_epilogue=*/true);
    if (!is_fused()) return;
    alone_ = convolution(math, /*with_epilogue=*/false);
    epilogue_ = epilogue_alone(math);
    if (epilogue_.plans.empty()) alone_.plans.clear();
  }

  std::size_t ways() const override { return fused_.plans.size() + alone_.plans.size(); }
  std::string describe(std::size_t way) const override {
    if (way < fused_.plans.size()) return fused_.plans[way].name();
    return alone_.plans[way - fused_.plans.size()].name() + " and a second graph for the epilogue";
  }
  void issue(std::size_t way) override {
    if (way < fused_.plans.size()) {
      fused_.plans[way].execute(cudnn_, fused_.bindings);
      return;
    }
    alone_.plans[way - fused_.plans.size()].execute(cudnn_, alone_.bindings);
    epilogue_.plans.front().execute(cudnn_, epilogue_.bindings);
  }
  Outputs outputs() override { return {{"y", y_.values()}}; }

 private:
  bool is_fused() const {
    return fusion_.bias || fusion_.residual || fusion_.activation != Activation::none;
  }

  /// The steps after the sum, in the order that cuDNN's fused engines know: residual, bias,
  /// activation. The last one writes y_.
  void add_epilogue(CudnnGraph& graph, std::int64_t sum, CudnnBindings& bindings) {
    int left = (fusion_.residual ? 1 : 0) + (fusion_.bias ? 1 : 0) +
               (fusion_.activation != Activation::none ? 1 : 0);
    const auto next = [&] {
      const bool last = --left == 0;
      const std::int64_t tensor = graph.tensor(problem_.y(), /*is_virtual=*/!last);
      if (last) bindings.emplace_back(tensor, y_.data());
      return tensor;
    };
    if (fusion_.residual) {
      const std::int64_t residual = graph.tensor(problem_.y()), y = next();
      bindings.emplace_back(residual, at_.of("residual"));
      graph.add(sum, residual, y);
      sum = y;
    }
    if (fusion_.bias) {
      const std::int64_t bias = graph.tensor(nhwc(1, 1, 1, problem_.dims.K)), y = next();
      bindings.emplace_back(bias, at_.of("bias"));
      graph.add(sum, bias, y);
      sum = y;
    }
    if (fusion_.activation != Activation::none) graph.activation(fusion_.activation, sum, next());
  }

  Bound convolution(Math math, bool with_epilogue) {
    CudnnGraph graph(cudnn_);
    Bound bound;
    const bool fused = with_epilogue && is_fused();
    const std::int64_t x = graph.tensor(problem_.x()), w = graph.tensor(problem_.w());
    const std::int64_t sum = graph.tensor(problem_.y(), /*is_virtual=*/fused);
    bound.bindings = {{x, at_.of("x")}, {w, w_.data()}};
    if (!fused) bound.bindings.emplace_back(sum, is_fused() ? sums_.data() : y_.data());
    graph.convolution_forward(problem_.dims.window, x, w, sum);
    if (fused) add_epilogue(graph, sum, bound.bindings);
    bound.plans = graph.plans(math);
    return bound;
  }

  Bound epilogue_alone(Math math) {
    CudnnGraph graph(cudnn_);
    Bound bound;
    const std::int64_t sum = graph.tensor(problem_.y());
    bound.bindings = {{sum, sums_.data()}};
    add_epilogue(graph, sum, bound.bindings);
    bound.plans = graph.plans(math);
    return bound;
  }

  Cudnn& cudnn_;
  Problem problem_;
  Fusion fusion_;
  const Buffers& at_;
  DeviceArray w_, sums_, y_;
  Bound fused_, alone_, epilogue_;
};

class InputGradient final : public RivalCase {
 public:
  InputGradient(Cudnn& cudnn, const Problem& p, const Buffers& ours, Device& device, Math math)
      : cudnn_(cudnn),
        w_(device, reordered(p, ours.values("w"), Direction::to_cudnn)),
        dx_(device, p.dims.input_size()) {
    CudnnGraph graph(cudnn_);
    const std::int64_t w = graph.tensor(p.w()), dy = graph.tensor(p.y()), dx = graph.tensor(p.x());
    graph.convolution_input_gradient(p.dims.window, w, dy, dx);
    bound_ = {graph.plans(math), {{w, w_.data()}, {dy, ours.of("dy")}, {dx, dx_.data()}}};
  }

  std::size_t ways() const override { return bound_.plans.size(); }
  std::string describe(std::size_t way) const override { return bound_.plans[way].name(); }
  void issue(std::size_t way) override { bound_.plans[way].execute(cudnn_, bound_.bindings); }
  Outputs outputs() override { return {{"dx", dx_.values()}}; }

 private:
  Cudnn& cudnn_;
  DeviceArray w_, dx_;
  Bound bound_;
};

class WeightGradient final : public RivalCase {
 public:
  WeightGradient(Cudnn& cudnn, const OpCase& op_case, const Problem& p, const Buffers& ours,
                 Device& device, Math math)
      : cudnn_(cudnn),
        problem_(p),
        bias_(fusion(op_case.shape).bias),
        dy_(ours.floats("dy")),
        dw_(device, p.weight_size()),
        db_(device, p.dims.K),
        dy_tensor_(cudnn, p.dims.N, p.dims.K, p.dims.P(), p.dims.Q()),
        db_tensor_(cudnn, 1, p.dims.K, 1, 1) {
    CudnnGraph graph(cudnn_);
    const std::int64_t x = graph.tensor(p.x()), dy = graph.tensor(p.y()), dw = graph.tensor(p.w());
    graph.convolution_weight_gradient(p.dims.window, x, dy, dw);
    bound_ = {graph.plans(math), {{x, ours.of("x")}, {dy, ours.of("dy")}, {dw, dw_.data()}}};
  }

  std::size_t ways() const override { return bound_.plans.size(); }
  std::string describe(std::size_t way) const override { return bound_.plans[way].name(); }
  void issue(std::size_t way) override {
    bound_.plans[way].execute(cudnn_, bound_.bindings);
    if (bias_)
      CUDNN_CALL(cudnn_, cudnnConvolutionBackwardBias, cudnn_.handle(), &kOne, dy_tensor_.get(),
                 dy_, &kZero, db_tensor_.get(), db_.data());
  }
  Outputs outputs() override {
    Outputs all{{"dw", reordered(problem_, dw_.values(), Direction::from_cudnn)}};
    if (bias_) all["db"] = db_.values();
    return all;
  }

 private:
  Cudnn& cudnn_;
  Problem problem_;
  bool bias_;
  const float* dy_;
  DeviceArray dw_, db_;
  CudnnTensor dy_tensor_, db_tensor_;
  Bound bound_;
};

}  // namespace

std::unique_ptr<RivalCase> cudnn_convolution(Cudnn& cudnn, const OpCase& op_case,
                                             const Buffers& ours, Device& device, Math math) {
  const auto problem = problem_of(op_case);
  if (!problem) return nullptr;
  if (op_case.op.ends_with("_forward"))
    return std::make_unique<Forward>(cudnn, op_case, *problem, ours, device, math);
  if (op_case.op.ends_with("_input_gradient"))
    return std::make_unique<InputGradient>(cudnn, *problem, ours, device, math);
  return std::make_unique<WeightGradient>(cudnn, op_case, *problem, ours, device, math);
}

}  // namespace nanopneumo::bench
