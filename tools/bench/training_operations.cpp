// The loss and the optimiser.
#include <array>

#include "tools/bench/operations.h"

namespace nanopneumo::bench {
namespace {

std::vector<Operand> examples(std::int64_t n) {
  return {input("logits", n, uniform(-4, 4)), input("labels", n, whole_numbers(1)),
          input("weights", n, uniform(0.5, 2))};
}

OpCase bce_forward(const ShapeWords& words) {
  const std::int64_t n = words.count("n");
  OpCase made{.operands = examples(n),
              .flops = 9.0 * static_cast<double>(n),
              .call = [n](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
                ops.bce_with_logits_forward(stream, n, at.floats("logits"), at.floats("labels"),
                                            at.floats("weights"), at.floats("loss"));
              }};
  made.operands.push_back(output("loss", 1, {.relative = 8e-7}));
  return made;
}

OpCase bce_gradient(const ShapeWords& words) {
  const std::int64_t n = words.count("n");
  OpCase made{.operands = examples(n),
              .flops = 5.0 * static_cast<double>(n),
              .call = [n](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
                ops.bce_with_logits_gradient(stream, n, at.floats("logits"), at.floats("labels"),
                                             at.floats("weights"), at.floats("dloss"),
                                             at.floats("dlogits"));
              }};
  made.operands.push_back(input("dloss", 1, uniform(0.5, 1)));
  made.operands.push_back(
      output("dlogits", n, {.relative = 6e-7, .absolute = 2e-7 / static_cast<double>(n)}));
  return made;
}

OpCase adam(const ShapeWords& words) {
  const std::int64_t n = words.count("n");
  return {.operands = {input("g", n), updated("m", n, uniform(-1, 1), {.relative = 1e-6}),
                       updated("v", n, uniform(0.1, 1), {.relative = 1e-6}),
                       updated("w", n, uniform(-1, 1), {.relative = 2e-6})},
          .flops = 12.0 * static_cast<double>(n),
          .call = [n](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.adam(stream, n, AdamStep{.t = 10}, at.floats("g"), at.floats("m"), at.floats("v"),
                     at.floats("w"));
          }};
}

}  // namespace

std::span<const Operation> training_operations() {
  static const std::array kOperations = {
      Operation{"bce_with_logits_forward", "n", "n 32", bce_forward},
      Operation{"bce_with_logits_gradient", "n", "n 32", bce_gradient},
      Operation{"adam", "n", "n 241600", adam},
  };
  return kOperations;
}

}  // namespace nanopneumo::bench
