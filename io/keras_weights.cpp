#include "io/keras_weights.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "io/child_process.h"
#include "io/file_bytes.h"
#include "io/hdf5_file.h"
#include "io/keras_layers.h"
#include "io/printable.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

/// "(0, 2, 1)", the place of element `flat` in C order.
std::string index_text(const Shape& shape, std::int64_t flat) {
  std::vector<std::int64_t> index(static_cast<std::size_t>(shape.rank()));
  for (std::size_t axis = index.size(); axis-- > 0;) {
    const std::int64_t length = shape[static_cast<int>(axis)];
    index[axis] = flat % length;
    flat /= length;
  }
  return fmt::format("({})", fmt::join(index, ", "));
}

void require_finite(const ExpectedLayer& layer, const Shape& shape, const StoredTensor& tensor,
                    std::span<const float> values) {
  const auto is_nan = [](float value) { return std::isnan(value); };
  const auto is_infinite = [](float value) { return std::isinf(value); };
  const auto nans = std::ranges::count_if(values, is_nan);
  const auto infinities = std::ranges::count_if(values, is_infinite);
  if (nans + infinities == 0) return;
  const auto first =
      std::ranges::find_if(values, [](float v) { return !std::isfinite(v); }) - values.begin();
  throw_input_error(
      "{}: '{}', of layer '{}', holds {} NaN and {} infinite values (as float32) among its {}, the "
      "first at {}; a training that diverged writes such a file, so give an earlier one",
      shown(tensor.node.file), printable(tensor.node.path), layer.name, nans, infinities,
      values.size(), index_text(shape, first));
}

/// The lengths of all expected tensors, in order.
std::vector<std::size_t> expected_lengths(std::span<const ExpectedLayer> expected) {
  std::vector<std::size_t> lengths;
  for (const ExpectedLayer& layer : expected)
    for (const ExpectedTensor& tensor : layer.tensors)
      lengths.push_back(static_cast<std::size_t>(tensor.shape.elements()));
  return lengths;
}

/// Reads all tensors of the file, one after the other, into `values`. Returns whether the file has
/// the model's top.
bool read_all(const std::filesystem::path& file, const ExpectedModel& model,
              std::span<float> values) {
  const Hdf5Silence silence;
  const Hdf5FileHandle opened = open_hdf5(file);
  const Hdf5Node root = root_group(file, opened);
  const std::vector<StoredLayer> layers = stored_layers(root, keras_layout(root), model);
  const bool has_top = require_same_layers(file, model, layers);
  for (std::size_t i = 0; i < model.layers.size(); ++i)
    for (std::size_t j = 0; j < layers[i].tensors.size(); ++j) {
      const Shape& shape = model.layers[i].tensors[j].shape;
      const auto length = static_cast<std::size_t>(shape.elements());
      read_values(layers[i].tensors[j], values.first(length));
      require_finite(model.layers[i], shape, layers[i].tensors[j], values.first(length));
      values = values.subspan(length);
    }
  return has_top;
}

}  // namespace

KerasWeights read_keras_weights(const std::filesystem::path& file, const ExpectedModel& model) {
  const std::vector<std::size_t> lengths = expected_lengths(model.layers);
  const auto shared = std::make_shared<SharedFloats>(
      std::accumulate(lengths.begin(), lengths.end(), std::size_t{0}));
  // libhdf5 is not made for hostile files: flipped bits make it read beyond its buffers or divide
  // by zero. So it works in a process of its own.
  const std::string answer = text_from_child(file, [&]() -> std::string {
    return read_all(file, model, shared->values()) ? "with top" : "";
  });

  KerasWeights weights{.memory = shared, .tensors = {}, .left_out = {}};
  std::span<const float> rest = shared->values();
  for (const std::size_t length : lengths) {
    weights.tensors.push_back(rest.first(length));
    rest = rest.subspan(length);
  }
  if (!answer.empty())
    for (const ExpectedLayer& layer : model.top) weights.left_out.push_back(layer.name);
  return weights;
}

std::vector<std::vector<float>> read_keras_weights(const std::filesystem::path& file,
                                                   std::string_view model,
                                                   std::span<const ExpectedLayer> expected) {
  const KerasWeights weights = read_keras_weights(
      file, ExpectedModel{std::string(model), {expected.begin(), expected.end()}});
  std::vector<std::vector<float>> tensors;
  for (const std::span<const float> tensor : weights.tensors)
    tensors.emplace_back(tensor.begin(), tensor.end());
  return tensors;
}

}  // namespace nanopneumo
