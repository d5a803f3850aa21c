// Two files that Keras 3.15.1 itself wrote (h5py 3.14, libhdf5 1.14), for a small model that has each
// kind of tensor: Conv2D "conv", ReLU "relu", BatchNormalization "bn", Normalization "standard".
#pragma once

#include <filesystem>
#include <vector>

#include "io/keras_export.h"
#include "tests/support/formula.h"

namespace nanopneumo::test {

/// By keras/src/legacy/saving/legacy_h5_format.py, save_weights_to_hdf5_group.
inline std::filesystem::path keras_legacy_file() {
  return std::filesystem::path(NANOPNEUMO_SOURCE_DIR) / "tests/io/files/keras_3.15.1_legacy.h5";
}
/// By model.save_weights.
inline std::filesystem::path keras3_file() {
  return std::filesystem::path(NANOPNEUMO_SOURCE_DIR) / "tests/io/files/keras_3.15.1.weights.h5";
}

/// The model of both files with its values.
inline std::vector<ExportedLayer> keras_files_model() {
  const std::vector<ExpectedLayer> layers = {
      {"input_layer", {}, "input_layer"},
      {"conv", {{"kernel", {3, 3, 2, 4}}, {"bias", {4}}}, "conv2d"},
      {"relu", {}, "re_lu"},
      {"bn",
       {{"gamma", {4}}, {"beta", {4}}, {"moving_mean", {4}}, {"moving_variance", {4}}},
       "batch_normalization"},
      {"standard", {{"mean", {4}}, {"variance", {4}}, {"count", {}}}, "normalization"}};
  std::vector<ExportedLayer> model;
  std::int64_t p = 0;
  for (const ExpectedLayer& layer : layers) {
    model.push_back({layer, {}});
    for (const ExpectedTensor& tensor : layer.tensors) {
      const char* kind = tensor.name == "kernel" ? "conv_kernel" : "bias";
      model.back().values.push_back(
          tensor.may_be_integer() ? std::vector<float>{7} : formula_tensor(kind, tensor.shape, p));
      ++p;
    }
  }
  return model;
}

/// What a reader expects of them.
inline ExpectedModel expected(const std::vector<ExportedLayer>& model) {
  ExpectedModel result{.name = "small", .layers = {}};
  for (const ExportedLayer& layer : model)
    if (!layer.values.empty()) result.layers.push_back(layer.layer);
  return result;
}

inline std::vector<std::vector<float>> values_of(const std::vector<ExportedLayer>& model) {
  std::vector<std::vector<float>> values;
  for (const ExportedLayer& layer : model)
    values.insert(values.end(), layer.values.begin(), layer.values.end());
  return values;
}

}  // namespace nanopneumo::test
