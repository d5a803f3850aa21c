#include "kernels/cpu/plan/gemm_step.h"

#include "kernels/cpu/plan/copying_step.h"
#include "kernels/cpu/plan/onednn_step.h"

namespace nanopneumo::cpu {

using dnnl::memory;

template <class E>
std::unique_ptr<PlanStep> gemm_step(const StepContext<E>& context, std::size_t i,
                                    const PlanConvolution<float>& op) {
  use_threads(context.stream.threads());
  const int C = context.value(op.x).C, K = context.value(op.y).C;
  const Pixels<E> x = context.at(op.x), y = context.at(op.y);
  const auto rows = [&](int columns, int stride) {
    return memory::desc({context.pixels(op.x), columns}, kType<E>, memory::dims{stride, 1});
  };
  const memory::desc bias =
      op.bias.empty() ? memory::desc()
                      : memory::desc({1, K}, memory::data_type::f32, memory::format_tag::ab);
  const auto description =
      describe_matmul(context.stream.onednn().engine, rows(C, x.stride),
                      memory::desc({C, K}, kType<E>, memory::format_tag::any), bias,
                      rows(K, y.stride), epilogue(op.residual >= 0, op.activation));
  auto step = std::make_unique<OneDnnStep>(
      context.stream, dnnl::matmul(description), description,
      memory::desc({C, K}, memory::data_type::f32, memory::format_tag::ab), op.w, op.bias, x.data,
      y.data);
  return with_copies(context, i, std::move(step), op.residual, y, op.y);
}

template std::unique_ptr<PlanStep> gemm_step(const StepContext<float>&, std::size_t,
                                             const PlanConvolution<float>&);
template std::unique_ptr<PlanStep> gemm_step(const StepContext<BFloat16>&, std::size_t,
                                             const PlanConvolution<float>&);

}  // namespace nanopneumo::cpu
