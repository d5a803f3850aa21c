// What the tests of the backbones share: running them both ways and comparing their features.
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "models/frozen_plan.h"
#include "models/registry.h"
#include "tests/support/cases.h"
#include "tests/support/formula_network.h"
#include "tests/support/golden_json.h"
#include "tests/support/npy.h"
#include "tests/support/png.h"

namespace nanopneumo::test {

/// Mean over the pixels of one feature map (1, H, W, C), summed in double.
template <class T>
std::vector<double> pool(const Tensor<T>& map) {
  const auto C = static_cast<std::size_t>(map.shape()[-1]);
  const std::vector<double> values = host_doubles(map);
  std::vector<double> pooled(C, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) pooled[i % C] += values[i];
  for (double& value : pooled) value /= static_cast<double>(values.size() / C);
  return pooled;
}

/// k of the values, at strided_indices.
inline std::vector<double> strided(const std::vector<double>& values, std::size_t k) {
  std::vector<double> samples;
  for (const std::size_t i : strided_indices(values.size(), k)) samples.push_back(values[i]);
  return samples;
}

/// What the goldens keep of a layer's output.
struct LayerFigures {
  double mean = 0, std = 0, maxabs = 0;
  std::vector<double> samples;  ///< eight, strided

  static LayerFigures of(const std::vector<double>& values) {
    LayerFigures figures;
    const auto n = static_cast<double>(values.size());
    for (const double value : values) {
      figures.mean += value / n;
      figures.maxabs = std::max(figures.maxabs, std::abs(value));
    }
    for (const double value : values)
      figures.std += (value - figures.mean) * (value - figures.mean) / n;
    figures.std = std::sqrt(figures.std);
    figures.samples = strided(values, 8);
    return figures;
  }

  /// The largest difference as a share of the golden largest value; infinity for a NaN. A golden
  /// without samples is compared by the other figures alone.
  double difference(const LayerFigures& golden) const {
    std::vector<double> found{maxabs, mean, std}, wanted{golden.maxabs, golden.mean, golden.std};
    if (!golden.samples.empty()) {
      found.insert(found.end(), samples.begin(), samples.end());
      wanted.insert(wanted.end(), golden.samples.begin(), golden.samples.end());
    }
    return max_relative_difference(found, wanted);
  }
};

/// A PNG as network input (1, H, W, 3); gray ones three times.
inline Tensor<float> png_input(Device& device, const std::filesystem::path& path,
                               const Preprocessing& preprocessing) {
  const FixtureImage image = read_png(path);
  std::vector<std::uint8_t> pixels;
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    pixels.insert(pixels.end(), image.dims.C == 1 ? 3 : 1, image.pixels[i]);
  return network_input<float>(device, {1, image.dims.H, image.dims.W, 3}, pixels, preprocessing);
}

/// A backbone without top in float32, with formula weights unless others are put in.
class BackboneInFloat {
 public:
  BackboneInFloat(Device& device, const Architecture& architecture, const Shape& image)
      : graph_(build_model(architecture, image, {})), parameters_(graph_, device, 1) {
    assign_formula(graph_, parameters_);
  }

  const Graph& graph() const { return graph_; }
  Parameters<float>& parameters() { return parameters_; }

  /// The feature map by forward() and by a FrozenPlan.
  std::array<Tensor<float>, 2> both_ways(const Tensor<float>& x) const {
    Tape<float> off(x.device(), Tape<float>::Recording::off);
    return {forward(graph_, parameters_, off, {x}, Pass{}).value, fused(x)};
  }
  /// By a FrozenPlan alone, in the precision of its device.
  Tensor<float> fused(const Tensor<float>& x) const {
    Device& device = x.device();
    return FrozenPlan<float>(graph_, parameters_, device, {}, device.frozen_precision()).run(x);
  }

 private:
  Graph graph_;
  Parameters<float> parameters_;
};

/// Compares a feature map with the goldens pooled_NAME.npy and map_NAME.npy or sample_NAME.npy.
inline void check_features(const Tensor<float>& map, const std::filesystem::path& folder,
                           const std::string& name, double tolerance) {
  INFO(name);
  CHECK(max_relative_difference(pool(map), read_npy(folder / ("pooled_" + name + ".npy")).values) <=
        tolerance);
  const std::vector<double> values = host_doubles(map);
  const std::filesystem::path whole = folder / ("map_" + name + ".npy");
  if (std::filesystem::exists(whole)) {
    CHECK(max_relative_difference(values, read_npy(whole).values) <= tolerance);
  } else {
    CHECK(max_relative_difference(strided(values, 2048),
                                  read_npy(folder / ("sample_" + name + ".npy")).values) <=
          tolerance);
  }
  count_cases();
}

}  // namespace nanopneumo::test
