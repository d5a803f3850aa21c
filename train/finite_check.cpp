#include "train/finite_check.h"

#include <algorithm>
#include <cmath>

#include "train/flat_ops.h"

namespace nanopneumo {

template <class T>
ValueStatistics::ValueStatistics(std::span<const T> values)
    : count(static_cast<std::int64_t>(values.size())) {
  double sum = 0;
  std::int64_t finite_values = 0;
  for (const double value : values) {
    nans += std::isnan(value);
    infinities += std::isinf(value);
    if (!std::isfinite(value)) continue;
    min = finite_values ? std::min(min, value) : value;
    max = finite_values ? std::max(max, value) : value;
    sum += value;
    ++finite_values;
  }
  if (finite_values) mean = sum / static_cast<double>(finite_values);
}

std::string ValueStatistics::str() const {
  const std::string text =
      fmt::format("of {} values {} are NaN and {} infinite", count, nans, infinities);
  if (nans + infinities == count) return text;
  return text +
         fmt::format(", the others lie between {:.4g} and {:.4g} (mean {:.4g})", min, max, mean);
}

template <class T>
bool gradients_are_finite(const Parameters<T>& parameters) {
  return std::isfinite(sum_of_squares(parameters.gradients()));
}

namespace {

template <class T>
ValueStatistics statistics_of(const Tensor<T>& tensor) {
  const std::vector<T> values = tensor.to_host();
  return ValueStatistics(std::span<const T>(values));
}

/// "" where every layer's output is finite.
template <class T>
std::string first_output(const Graph& graph, const Parameters<T>& parameters,
                         const LabelledBatch<T>& batch, const Pass& pass, Segment segment) {
  std::string found;
  Tape<T> off(batch.x.device(), Tape<T>::Recording::off);
  forward<T>(graph, parameters, off, Variable<T>{batch.x}, pass, segment,
             [&](int node, const Variable<T>& output) {
               if (!found.empty()) return;
               const ValueStatistics statistics = statistics_of(output.value);
               if (!statistics.finite())
                 found =
                     fmt::format("the first that is not finite is the output of layer {} {}: {}",
                                 graph.nodes()[static_cast<std::size_t>(node)].name,
                                 output.shape().str(), statistics.str());
             });
  return found;
}

/// "" where every gradient is finite.
template <class T>
std::string last_gradient(const Parameters<T>& parameters) {
  std::string found;
  for (const Parameter<T>& parameter : parameters.all()) {
    if (!parameter.trainable) continue;
    const ValueStatistics statistics = statistics_of(parameter.variable.gradient->value());
    if (!statistics.finite())
      found = fmt::format(
          "the first that is not finite, from the output back, is the gradient of {}: {}",
          parameter.name, statistics.str());
  }
  return found;
}

}  // namespace

template <class T>
std::string where_not_finite(const Graph& graph, const Parameters<T>& parameters,
                             const LabelledBatch<T>& batch, const Pass& pass, Segment segment) {
  if (const ValueStatistics input = statistics_of(batch.x); !input.finite())
    return fmt::format(
        "the output of the part that is not trained, up to layer {}, is not finite: {}",
        graph.nodes()[static_cast<std::size_t>(segment.first)].name, input.str());
  const std::string gradient = last_gradient(parameters);
  const std::string output = first_output(graph, parameters, batch, pass, segment);
  if (!output.empty()) return output;
  if (!gradient.empty()) return gradient;
  return fmt::format("every value is finite, but the gradients are too large to be squared: {}",
                     statistics_of(parameters.gradients()).str());
}

#define NANOPNEUMO_INSTANTIATE(T)                                           \
  template ValueStatistics::ValueStatistics(std::span<const T>);            \
  template bool gradients_are_finite(const Parameters<T>&);                 \
  template std::string where_not_finite(const Graph&, const Parameters<T>&, \
                                        const LabelledBatch<T>&, const Pass&, Segment);
NANOPNEUMO_INSTANTIATE(float)
NANOPNEUMO_INSTANTIATE(double)
#undef NANOPNEUMO_INSTANTIATE

}  // namespace nanopneumo
