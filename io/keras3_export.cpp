// Keras 3's own layout (keras/src/saving/saving_lib.py): a layer is found by its class and its number
// among those of its class, its weights by their numbers.
#include <map>

#include "io/keras_export.h"
#include "io/keras_tensor_writer.h"

namespace nanopneumo {
namespace {

/// "conv2d", "conv2d_1", ...: saving_lib._get_unique_name.
std::string numbered(const std::string& kind, std::map<std::string, int>& seen) {
  const int number = seen[kind]++;
  return number == 0 ? kind : kind + "_" + std::to_string(number);
}

}  // namespace

std::string keras_weights_h5_file(std::span<const ExportedLayer> layers) {
  Hdf5Image file;
  std::map<std::string, int> seen;
  file.group("/vars");  // of the model itself, which has none
  file.text("/vars", "name", "functional", H5T_CSET_UTF8);
  for (const ExportedLayer& exported : layers) {
    const ExpectedLayer& layer = exported.layer;
    const std::string variables = "/layers/" + numbered(layer.kind, seen) + "/vars";
    file.group(variables);
    file.text(variables, "name", layer.name, H5T_CSET_UTF8);
    for (std::size_t i = 0; i < layer.tensors.size(); ++i)
      write_tensor(file, variables + "/" + std::to_string(i), layer.tensors[i],
                   exported.values.at(i));
  }
  return file.bytes();
}

}  // namespace nanopneumo
