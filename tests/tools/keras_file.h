// Weight files as Keras writes them, for whole models.
#pragma once

#include <limits>

#include "models/registry.h"
#include "tests/io/hdf5_writer.h"
#include "tests/support/formula.h"
#include "train/pretrained.h"

namespace nanopneumo::test {

/// Writes a legacy .h5 file for MobileNet with formula weights, which let a picture through to the output;
/// with `nan` the first of the first layer is none.
inline void write_mobilenet_file(const std::filesystem::path& path, const ModelOptions& options,
                                 bool nan = false) {
  const Graph graph = build_model(find_architecture("mobilenet"), {224, 224, 3}, options);
  Hdf5Writer writer(path);
  std::vector<std::string> layers;
  std::int64_t p = 0;
  for (const ExpectedLayer& layer : expected_layers(graph)) {
    layers.push_back(layer.name);
    std::vector<std::string> names;
    for (const ExpectedTensor& tensor : layer.tensors) {
      names.push_back(layer.name + "/" + tensor.name);
      const bool depthwise = layer.name.starts_with("conv_dw_");
      const std::string kind = tensor.name != "kernel" ? tensor.name
                               : depthwise             ? "depthwise_kernel"
                                                       : "conv_kernel";
      std::vector<float> values = formula_tensor(kind, tensor.shape, p++);
      if (nan && p == 1) values[0] = std::numeric_limits<float>::quiet_NaN();
      const auto lengths = tensor.shape.lengths();
      writer.floats("/" + layer.name + "/" + names.back(), {lengths.begin(), lengths.end()},
                    values);
    }
    writer.names("/" + layer.name, "weight_names", names);
  }
  writer.names("/", "layer_names", layers);
}

}  // namespace nanopneumo::test
