#include "io/keras_layers.h"

#include <algorithm>

#include "io/file_bytes.h"
#include "io/printable.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

constexpr std::size_t kMostTensors = 100'000;

StoredLayer stored_layer(const Hdf5Node& weights, const std::string& name) {
  const Hdf5Node group = open_group(weights, name);
  const std::optional<std::vector<std::string>> names = read_names(group, "weight_names");
  if (!names)
    throw_input_error(
        "{}: the layer group '{}' has no attribute weight_names; give a weight file as Keras "
        "writes it",
        shown(group.file), printable(group.path));
  StoredLayer layer{name, {}};
  for (const std::string& weight : *names)
    layer.tensors.push_back(describe_tensor(open_dataset(group, weight)));
  return layer;
}

std::vector<StoredLayer> layers_below(const Hdf5Node& weights) {
  std::vector<StoredLayer> layers;
  std::size_t tensors = 0;
  const std::vector<std::string> names = read_names(weights, "layer_names").value();
  for (const std::string& name : names) {
    if (name == "top_level_model_weights") continue;  // of the model itself, not of a layer
    StoredLayer layer = stored_layer(weights, name);
    tensors += layer.tensors.size();
    if (tensors > kMostTensors)
      throw_input_error("{}: the file lists more than {} weights; give a weight file of one model",
                        shown(weights.file), kMostTensors);
    if (!layer.tensors.empty()) layers.push_back(std::move(layer));
  }
  return layers;
}

}  // namespace

KerasLayout keras_layout(const Hdf5Node& root) {
  if (read_names(root, "layer_names")) return KerasLayout::legacy;
  if (has_link(root, "model_weights") &&
      read_names(open_group(root, "model_weights"), "layer_names"))
    return KerasLayout::whole;
  if (has_link(root, "layers") || has_link(root, "_layer_checkpoint_dependencies"))
    return KerasLayout::weights3;
  throw_input_error(
      "{}: not a Keras weight file: it has no attribute layer_names at its root or in "
      "/model_weights, and no group /layers; give the .h5 file that Keras' model.save wrote",
      shown(root.file));
}

std::vector<StoredLayer> stored_layers(const Hdf5Node& root, KerasLayout layout,
                                       const ExpectedModel& model) {
  if (layout == KerasLayout::weights3) return stored_layers_of_weights3(root, model);
  if (layout == KerasLayout::legacy) return layers_below(root);
  return layers_below(open_group(root, "model_weights"));
}

bool is_resnet50_of_2018(std::span<const StoredLayer> stored) {
  return std::ranges::any_of(
      stored, [](const StoredLayer& layer) { return layer.name == "res2a_branch2a"; });
}

}  // namespace nanopneumo
