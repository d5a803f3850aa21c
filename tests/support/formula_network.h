// Networks with formula weights on formula images: what the goldens of Keras were made with.
#pragma once

#include <algorithm>
#include <vector>

#include "kernels/preprocessing.h"
#include "models/parameters.h"
#include "tests/support/formula.h"

namespace nanopneumo::test {

/// What formula.md calls the kind of a parameter of node `node`. Where a batch normalisation's output
/// goes into a sum its gamma is smaller: see "gamma_residual" and "gamma_dropconnect" there.
inline std::string parameter_kind(const Graph& graph, int node, const std::string& parameter) {
  const Node& self = graph.nodes()[static_cast<std::size_t>(node)];
  const std::string kind = formula_kind(self.layer->class_name(), parameter);
  if (kind != "gamma") return kind;
  const bool ends_branch = std::ranges::any_of(graph.nodes(), [&](const Node& reader) {
    return std::ranges::find(reader.inputs, node) != reader.inputs.end() &&
           (reader.layer->class_name() == "Add" || reader.name.ends_with("_drop"));
  });
  if (!ends_branch) return kind;
  return self.name.ends_with("project_bn") ? "gamma_dropconnect" : "gamma_residual";
}

/// Gives every parameter of `graph` its formula value, tensors counted in the graph's order and in steps of
/// `step`.
template <class T>
void assign_formula(const Graph& graph, Parameters<T>& parameters, std::int64_t step = 1) {
  std::int64_t p = 0;
  for (const Parameter<T>& parameter : parameters.all()) {
    assign<T>(parameter, formula_tensor(parameter_kind(graph, parameter.node, parameter.name),
                                        parameter.variable.shape(), p));
    p += step;
  }
}

/// Pixels (H, W, 3) of one or more images as network input (N, H, W, 3).
template <class T>
Tensor<T> network_input(Device& device, const Shape& batch, std::span<const std::uint8_t> pixels,
                        const Preprocessing& preprocessing) {
  std::vector<T> values(pixels.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t c = i % 3;
    const double level = pixels[preprocessing.reverse_channels ? i - c + (2 - c) : i];
    values[i] = static_cast<T>((level / preprocessing.divisor - preprocessing.mean[c]) /
                               preprocessing.deviation[c]);
  }
  return Tensor<T>::from_host(device, batch, values);
}

/// Formula images first .. first+n-1 of the given size; image b has offset 2000 b.
template <class T>
Tensor<T> formula_input(Device& device, int n, int height, int width,
                        const Preprocessing& preprocessing, int first = 0) {
  std::vector<std::uint8_t> pixels;
  for (int b = first; b < first + n; ++b) {
    const std::vector<std::uint8_t> image = formula_image(height, width, 2000 * b);
    pixels.insert(pixels.end(), image.begin(), image.end());
  }
  return network_input<T>(device, {n, height, width, 3}, pixels, preprocessing);
}

/// The elements on the host, widened.
template <class T>
std::vector<double> host_doubles(const Tensor<T>& tensor) {
  const std::vector<T> values = tensor.to_host();
  return {values.begin(), values.end()};
}

}  // namespace nanopneumo::test
