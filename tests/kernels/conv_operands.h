// What the tests of our own convolutions for the CPU call them with, from and to slices of wider tensors.
#pragma once

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "kernels/cpu/bfloat16.h"
#include "kernels/cpu/tiled/matrix_tiles.h"
#include "kernels/dims.h"
#include "tests/kernels/conformance.h"
#include "tests/kernels/shapes.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {

/// The first `wide` of each `stride` numbers are `values`, the others `filling`. E: float or cpu::BFloat16.
template <class E = float>
std::vector<E> spread(const std::vector<float>& values, std::int64_t wide, std::int64_t stride,
                      float filling) {
  std::vector<E> result(
      values.size() / static_cast<std::size_t>(wide) * static_cast<std::size_t>(stride),
      cpu::from_float<E>(filling));
  for (std::size_t i = 0; i < values.size(); ++i)
    result[i / static_cast<std::size_t>(wide) * static_cast<std::size_t>(stride) +
           i % static_cast<std::size_t>(wide)] = cpu::from_float<E>(values[i]);
  return result;
}

template <class E>
const E* pointer(const std::vector<E>& values) {
  return values.empty() ? nullptr : values.data();
}

/// The nearest numbers that are E's.
template <class E>
void round_to(std::vector<float>& values) {
  for (float& value : values) value = cpu::to_float(cpu::from_float<E>(value));
}

template <class E>
bool same_bytes(const std::vector<E>& a, const std::vector<E>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(E)) == 0;
}

/// Whether products of E can run here; if not, counts a test's cases as skipped.
template <class E>
bool can_multiply() {
  if (std::is_same_v<E, float> || cpu::matrix_tiles::are_there()) return true;
  skip_cases(kCases, "this CPU has no matrix tiles");
  return false;
}

/// Operands of a convolution, with or without a bias and a residual.
struct Operands {
  std::vector<float> x, w, bias, residual;
  Activation activation;
  Operands(const ConvDims& d, CaseRandom& random)
      : x(random.values(d.input_size())),
        w(random.values(d.weight_size())),
        bias(random.coin() ? random.values(d.K) : std::vector<float>()),
        residual(random.coin() ? random.values(d.output_size()) : std::vector<float>()),
        activation(any_activation(random)) {}

  /// What is read in elements E becomes E's.
  template <class E>
  void round() {
    for (std::vector<float>* values : {&x, &w, &residual}) round_to<E>(*values);
  }

  std::vector<double> reference(const ConvDims& d) const {
    return run_on(reference_device(), 0,
                  [&](auto& call) {
                    call.ops().conv_forward(call.stream(), d, call.in(x), call.in(w),
                                            call.epilogue(bias, residual, activation),
                                            call.out("y", d.output_size(), kExact));
                  })
        .outputs.at("y")
        .values;
  }
};

/// A sum of products of numbers in [-1, 1], one after the other, whose roundings are of what has been summed so far,
/// about sqrt(terms) / 3, though ReLU6 may leave less of the result.
inline Tolerance rounding_of_running_sum(std::int64_t terms) {
  Tolerance tolerance = rounding_of_sum(terms);
  tolerance.absolute *= std::max(1.0, std::sqrt(static_cast<double>(terms)) / 3);
  return tolerance;
}

/// With results of elements E, which round once more, and perhaps numbers between.
template <class E>
Tolerance rounded_to(Tolerance tolerance) {
  constexpr double kBFloat16 = 1.0 / 256;
  if constexpr (!std::is_same_v<E, float>) tolerance.relative += 2 * kBFloat16;
  return tolerance;
}

/// What is wrong with y, whose pixels of K channels lie `stride` elements apart with NaN between them, or nothing.
template <class E>
std::string compare_slice(const std::vector<double>& expected, const std::vector<E>& y, int K,
                          std::int64_t stride, Tolerance tolerance) {
  double largest = 0;
  for (const double value : expected) largest = std::max(largest, std::abs(value));
  const double allowed = tolerance.relative * largest + tolerance.absolute;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const auto pixel = i / static_cast<std::size_t>(stride),
               k = i % static_cast<std::size_t>(stride);
    if (k >= static_cast<std::size_t>(K)) {
      if (!std::isnan(cpu::to_float(y[i]))) return " written beside the slice";
      continue;
    }
    const double want = expected[pixel * static_cast<std::size_t>(K) + k];
    const float got = cpu::to_float(y[i]);
    if (!(std::abs(got - want) <= allowed))
      return " " + std::to_string(got) + " instead of " + std::to_string(want);
  }
  return "";
}

}  // namespace nanopneumo::test
