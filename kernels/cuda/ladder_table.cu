#include "kernels/cuda/ladder.h"
#include "kernels/cuda/ladder_table.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

template <GemmStep step>
LadderStep entry() {
  return {name(step),
          [](Stream& stream, const DenseDims& d, const float* x, const float* w, float* y) {
            gemm_with(step, stream, {d.N, d.K, d.C}, x, w, y);
          },
          [](Stream& stream, const ConvDims& d, const float* x, const float* w, float* y) {
            conv_forward_with(step, stream, d, x, w, {}, y);
          }};
}

}  // namespace

std::span<const LadderStep> ladder() {
  static const LadderStep steps[] = {entry<GemmStep::naive>(), entry<GemmStep::shared_tiles>(),
                                     entry<GemmStep::register_tiles>(),
                                     entry<GemmStep::tensor_cores>()};
  return steps;
}

}  // namespace nanopneumo::GPU_NAMESPACE
