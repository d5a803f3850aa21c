#include "tools/bench/check_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace nanopneumo::bench {

Outputs outputs_of(const OpCase& op_case, const Buffers& buffers) {
  Outputs outputs;
  for (const Operand& operand : op_case.operands)
    if (operand.role != Role::input) outputs[operand.name] = buffers.values(operand.name);
  return outputs;
}

Outputs expected_outputs(Device& cpu, const OpCase& op_case) {
  const Buffers buffers(cpu, op_case);
  op_case.call(cpu.kernels<float>(), cpu.stream(), buffers);
  return outputs_of(op_case, buffers);
}

std::string difference(const std::vector<float>& expected, const std::vector<float>& got,
                       const Tolerance& tolerance) {
  if (expected.size() != got.size())
    return fmt::format("{} values instead of {}", got.size(), expected.size());
  double largest = 0;
  for (const float value : expected) largest = std::max(largest, std::abs(double{value}));
  const double allowed = tolerance.relative * largest + tolerance.absolute;
  for (std::size_t i = 0; i < got.size(); ++i)
    if (!(std::abs(double{got[i]} - double{expected[i]}) <= allowed))
      return fmt::format("element {} is {:.9g} instead of {:.9g}, allowed are {:.1e}", i, got[i],
                         expected[i], allowed);
  return {};
}

std::string difference(const OpCase& op_case, const Outputs& expected, const Outputs& got) {
  for (const Operand& operand : op_case.operands) {
    if (operand.role == Role::input) continue;
    const std::string wrong =
        difference(expected.at(operand.name), got.at(operand.name), operand.tolerance);
    if (!wrong.empty()) return fmt::format("{}: {}", operand.name, wrong);
  }
  return {};
}

}  // namespace nanopneumo::bench
