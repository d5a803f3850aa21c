// What the tests of our own convolutions for the CPU call them with, from and to slices of wider tensors.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "kernels/dims.h"
#include "tests/kernels/conformance.h"
#include "tests/kernels/shapes.h"

namespace nanopneumo::test {

/// The first `wide` of each `stride` numbers are `values`, the others `filling`.
inline std::vector<float> spread(const std::vector<float>& values, std::int64_t wide,
                                 std::int64_t stride, float filling) {
  std::vector<float> result(
      values.size() / static_cast<std::size_t>(wide) * static_cast<std::size_t>(stride), filling);
  for (std::size_t i = 0; i < values.size(); ++i)
    result[i / static_cast<std::size_t>(wide) * static_cast<std::size_t>(stride) +
           i % static_cast<std::size_t>(wide)] = values[i];
  return result;
}

inline const float* pointer(const std::vector<float>& values) {
  return values.empty() ? nullptr : values.data();
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

/// What is wrong with y, whose pixels of K channels lie `stride` floats apart with NaN between them, or nothing.
inline std::string compare_slice(const std::vector<double>& expected, const std::vector<float>& y,
                                 int K, std::int64_t stride, Tolerance tolerance) {
  double largest = 0;
  for (const double value : expected) largest = std::max(largest, std::abs(value));
  const double allowed = tolerance.relative * largest + tolerance.absolute;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const auto pixel = i / static_cast<std::size_t>(stride),
               k = i % static_cast<std::size_t>(stride);
    if (k >= static_cast<std::size_t>(K)) {
      if (!std::isnan(y[i])) return " written beside the slice";
      continue;
    }
    const double want = expected[pixel * static_cast<std::size_t>(K) + k];
    if (!(std::abs(y[i] - want) <= allowed))
      return " " + std::to_string(y[i]) + " instead of " + std::to_string(want);
  }
  return "";
}

}  // namespace nanopneumo::test
