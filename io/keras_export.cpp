#include "io/keras_export.h"

#include <algorithm>

#include "io/keras_tensor_writer.h"

namespace nanopneumo {

void write_tensor(Hdf5Image& file, const std::string& path, const ExpectedTensor& tensor,
                  std::span<const float> values) {
  if (tensor.may_be_integer())
    file.integers(path, tensor.shape, std::vector<std::int64_t>(values.begin(), values.end()));
  else
    file.floats(path, tensor.shape, values);
}

namespace {

void write_layer(Hdf5Image& file, const ExportedLayer& exported) {
  const ExpectedLayer& layer = exported.layer;
  const std::string group = "/" + layer.name;
  std::vector<std::string> names;
  for (const ExpectedTensor& tensor : layer.tensors)
    names.push_back(layer.name + "/" + tensor.name);
  file.group(group);
  file.texts(group, "weight_names", names);
  for (std::size_t i = 0; i < names.size(); ++i)
    write_tensor(file, group + "/" + names[i], layer.tensors[i], exported.values.at(i));
}

}  // namespace

std::string keras_h5_file(std::span<const ExportedLayer> layers) {
  Hdf5Image file;
  std::vector<std::string> names;
  std::vector<const ExportedLayer*> alphabetical;
  for (const ExportedLayer& layer : layers) {
    names.push_back(layer.layer.name);
    alphabetical.push_back(&layer);
  }
  file.texts("/", "layer_names", names);
  file.text("/", "backend", "tensorflow");
  file.text("/", "keras_version", kKerasVersion);
  std::ranges::sort(alphabetical, {}, [](const ExportedLayer* l) { return l->layer.name; });
  for (const ExportedLayer* layer : alphabetical) write_layer(file, *layer);
  file.group("/top_level_model_weights");
  file.texts("/top_level_model_weights", "weight_names", {});
  return file.bytes();
}

}  // namespace nanopneumo
