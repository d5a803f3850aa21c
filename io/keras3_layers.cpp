// The layers of a .weights.h5 file. Keras 3 names a layer's group by its class and its number among
// those of its class, "conv2d", "conv2d_1", ..., and its weights 0, 1, ... (keras/src/saving/
// saving_lib.py, _save_container_state); the layer's own name is an attribute that it does not
// read.
#include <algorithm>
#include <map>
#include <set>

#include "io/file_bytes.h"
#include "io/keras_layers.h"
#include "io/printable.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

/// "conv2d_12" as class and number, so that 2 comes before 12.
std::pair<std::string, unsigned long> class_and_number(const std::string& name) {
  const std::size_t underscore = name.rfind('_');
  if (underscore == std::string::npos) return {name, 0};
  const std::string digits = name.substr(underscore + 1);
  const bool is_number = !digits.empty() && digits.size() < 9 &&
                         digits.find_first_not_of("0123456789") == std::string::npos;
  if (!is_number) return {name, 0};
  return {name.substr(0, underscore), std::stoul(digits)};
}

StoredLayer stored_layer(const Hdf5Node& layers, const std::string& name) {
  const Hdf5Node group = open_group(layers, name);
  if (has_link(group, "layers"))
    throw_input_error(
        "{}: '{}' is a model inside of the model, which is not read; in Python, save the inner "
        "model by itself, as model.layers[i].save_weights(\"inner.weights.h5\")",
        shown(group.file), printable(group.path));
  StoredLayer layer{name, {}};
  if (!has_link(group, "vars")) return layer;
  const Hdf5Node variables = open_group(group, "vars");
  layer.name = read_text(variables, "name").value_or(name);
  const std::size_t count = link_names(variables).size();
  for (std::size_t i = 0; i < count; ++i)
    layer.tensors.push_back(describe_tensor(open_dataset(variables, std::to_string(i))));
  return layer;
}

}  // namespace

std::vector<StoredLayer> stored_layers_of_weights3(const Hdf5Node& root,
                                                   const ExpectedModel& model) {
  // Keras 2.13 wrote the same below another name (H5IOStore.get).
  const Hdf5Node layers =
      open_group(root, has_link(root, "layers") ? "layers" : "_layer_checkpoint_dependencies");
  std::vector<std::string> names = link_names(layers);
  std::ranges::sort(names, {}, class_and_number);

  std::set<std::string> left(names.begin(), names.end());
  std::vector<std::string> order;
  std::map<std::string, std::size_t> seen;
  const auto take = [&](const ExpectedLayer& layer) {
    const std::size_t number = seen[layer.kind]++;
    const std::string name = number == 0 ? layer.kind : fmt::format("{}_{}", layer.kind, number);
    if (left.erase(name) > 0) order.push_back(name);
  };
  std::ranges::for_each(model.layers, take);
  std::ranges::for_each(model.top, take);
  std::ranges::copy_if(names, std::back_inserter(order),
                       [&](const std::string& name) { return left.contains(name); });

  std::vector<StoredLayer> result;
  for (const std::string& name : order) {
    StoredLayer layer = stored_layer(layers, name);
    if (!layer.tensors.empty()) result.push_back(std::move(layer));
  }
  return result;
}

}  // namespace nanopneumo
