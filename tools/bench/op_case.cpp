#include "tools/bench/op_case.h"

#include "kernels/philox.h"

namespace nanopneumo::bench {

Fill uniform(double low, double high) {
  return [low, high](std::int64_t i) {
    return low +
           (high - low) * random_uniform({.seed = 1}, static_cast<std::uint64_t>(i % kFillPeriod));
  };
}

Fill whole_numbers(int largest) {
  return [largest](std::int64_t i) {
    const std::uint64_t element = static_cast<std::uint64_t>(i % kFillPeriod);
    return static_cast<double>(random_block({.seed = 2}, element / 4).word[element % 4] %
                               static_cast<unsigned>(largest + 1));
  };
}

Operand input(std::string name, std::int64_t count, Fill fill) {
  return {.name = std::move(name),
          .role = Role::input,
          .count = count,
          .fill = std::move(fill),
          .tolerance = {}};
}

Operand input_bytes(std::string name, std::int64_t count, Fill fill) {
  Operand operand = input(std::move(name), count, std::move(fill));
  operand.element = Element::byte;
  return operand;
}

Operand output(std::string name, std::int64_t count, Tolerance tolerance) {
  return {.name = std::move(name),
          .role = Role::output,
          .count = count,
          .fill = {},
          .tolerance = tolerance};
}

Operand output_bytes(std::string name, std::int64_t count) {
  Operand operand = output(std::move(name), count, {});
  operand.element = Element::byte;
  return operand;
}

Operand updated(std::string name, std::int64_t count, Fill fill, Tolerance tolerance) {
  return {.name = std::move(name),
          .role = Role::updated,
          .count = count,
          .fill = std::move(fill),
          .tolerance = tolerance};
}

Operand partly_written(std::string name, std::int64_t count, std::int64_t touched) {
  Operand operand = input(std::move(name), count);
  operand.role = Role::partly_written;
  operand.touched = touched;
  return operand;
}

double OpCase::compulsory_bytes() const {
  double bytes = 0;
  for (const Operand& operand : operands) {
    const double touched = static_cast<double>(operand.bytes()) *
                           static_cast<double>(operand.touched) /
                           static_cast<double>(operand.count);
    bytes += operand.role == Role::updated ? 2 * touched : touched;
  }
  return bytes;
}

}  // namespace nanopneumo::bench
