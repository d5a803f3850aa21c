// The operands of a plan's operations as our own kernels (kernels/cpu/tiled) take them.
#pragma once

#include "kernels/cpu/plan/plan_step.h"
#include "kernels/cpu/tiled/products.h"

namespace nanopneumo::cpu {

template <class E>
RowsOf<const E> input(const StepContext<E>& context, int v) {
  const Pixels<E> pixels = context.at(v);
  return {pixels.data, pixels.stride};
}

/// `residual`: number of a value, or -1.
template <class E>
tiled::ResultsOf<E> results(const StepContext<E>& context, int y, int residual,
                            Activation activation) {
  const Pixels<E> pixels = context.at(y);
  return {{pixels.data, pixels.stride},
          residual < 0 ? RowsOf<const E>{nullptr, 0} : input(context, residual),
          activation};
}

template <class E>
ChannelwiseDims channelwise(const StepContext<E>& context, int x, const Window& window) {
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

}  // namespace nanopneumo::cpu
