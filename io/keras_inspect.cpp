#include "io/keras_inspect.h"

#include <algorithm>
#include <cmath>

#include "io/child_process.h"
#include "io/file_bytes.h"
#include "io/hdf5_file.h"
#include "io/keras_layers.h"
#include "io/printable.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

/// Larger than any tensor of a network for images by far; 1 GiB as float32.
constexpr std::uint64_t kMostElements = std::uint64_t{1} << 28;

std::uint64_t elements(const StoredTensor& tensor) {
  std::uint64_t product = 1;
  for (const hsize_t length : tensor.lengths)
    if (__builtin_mul_overflow(product, length, &product) || product > kMostElements)
      throw_input_error(
          "{}: '{}' has shape {}, larger than any weight; give a weight file as Keras writes it",
          shown(tensor.node.file), printable(tensor.node.path), tensor.shape_str());
  return product;
}

std::string range_of(std::span<const float> values) {
  float smallest = INFINITY, largest = -INFINITY;
  std::size_t not_finite = 0;
  for (const float value : values) {
    if (!std::isfinite(value)) {
      ++not_finite;
      continue;
    }
    smallest = std::min(smallest, value);
    largest = std::max(largest, value);
  }
  const std::string range =
      smallest <= largest ? fmt::format("{:.4g} .. {:.4g}", smallest, largest) : "none";
  return not_finite == 0 ? range : fmt::format("{}, {} NaN or infinite", range, not_finite);
}

/// The rows of the table, and the sums below it.
struct Listing {
  std::string rows;
  std::size_t tensors = 0;
  std::uint64_t parameters = 0;
};

Listing list(std::span<const StoredLayer> layers) {
  constexpr const char* kRow = "{:<28}  {:<40}  {:<20}  {:<8}  {}\n";
  Listing listing{.rows = fmt::format(kRow, "layer", "tensor", "shape", "type", "values")};
  std::vector<float> values;
  for (const StoredLayer& layer : layers) {
    std::string name = printable(layer.name);
    for (const StoredTensor& tensor : layer.tensors) {
      values.resize(elements(tensor));
      read_values(tensor, values);
      listing.rows += fmt::format(kRow, name, printable(tensor.node.path), tensor.shape_str(),
                                  tensor.type, range_of(values));
      name.clear();
      ++listing.tensors;
      listing.parameters += values.size();
    }
  }
  return listing;
}

std::string origin(const Hdf5Node& root, KerasLayout layout) {
  if (layout == KerasLayout::weights3) return "Keras 3's .weights.h5";
  const Hdf5Node below =
      layout == KerasLayout::whole ? open_group(root, "model_weights") : Hdf5Node{};
  const Hdf5Node& weights = layout == KerasLayout::whole ? below : root;
  const auto version = read_text(weights, "keras_version"), backend = read_text(weights, "backend");
  return fmt::format("{}, Keras {}, backend {}",
                     layout == KerasLayout::whole ? "a whole saved model, weights in /model_weights"
                                                  : "legacy weight file",
                     version ? printable(*version) : "unknown",
                     backend ? printable(*backend) : "unknown");
}

/// The model as a user would call what the file holds of it.
std::string called(const ExpectedModel& model, bool has_top) {
  if (model.top.empty()) return model.name;
  return model.name + (has_top ? " with its classifier on top" : " without top");
}

/// How the file differs from a model that it does not fit.
std::string first_difference(const ExpectedModel& model, std::span<const StoredLayer> layers,
                             const Comparison& comparison) {
  if (comparison.differing) {
    const std::size_t i = *comparison.differing;
    return difference(model.layers[i], layers[i]);
  }
  if (layers.size() < model.layers.size())
    return fmt::format("the file ends before layer '{}'", model.layers[layers.size()].name);
  if (layers.size() > model.layers.size())
    return fmt::format("the file goes on with the layer '{}'",
                       printable(layers[model.layers.size()].name));
  return "a tensor holds integers";
}

/// The model that resembles the file most: by layers that fit, then by their number.
struct Closest {
  std::string text;
  std::pair<std::size_t, bool> likeness{0, false};
};

std::string fitting_models(const Hdf5Node& root, KerasLayout layout,
                           std::span<const StoredLayer> listed,
                           std::span<const ExpectedModel> models) {
  std::string fitting;
  Closest closest;
  for (const ExpectedModel& model : models) {
    // Here each model has an order of its own.
    const std::vector<StoredLayer> ordered = layout == KerasLayout::weights3
                                                 ? stored_layers(root, layout, model)
                                                 : std::vector<StoredLayer>();
    const std::span<const StoredLayer> layers = layout == KerasLayout::weights3 ? ordered : listed;
    if (is_resnet50_of_2018(layers))
      return "nothing: it is the ResNet50 that Keras published until 2018, with another order of "
             "layers and another epsilon than today's";
    const Comparison comparison = compare(model.layers, layers);
    try {
      const bool has_top = require_same_layers(root.file, model, layers);
      fitting += (fitting.empty() ? "" : "; ") + called(model, has_top);
    } catch (const InputError&) {  // a sentence for one who wanted this very model
      const std::pair likeness{comparison.fitting, layers.size() == model.layers.size()};
      if (likeness > closest.likeness)
        closest = {fmt::format("{}, {} of {} layers fit; {}", called(model, /*has_top=*/false),
                               comparison.fitting, model.layers.size(),
                               first_difference(model, layers, comparison)),
                   likeness};
    }
  }
  if (!fitting.empty()) return fitting;
  return "no model known here" + (closest.text.empty() ? "" : "; the closest is " + closest.text);
}

std::string describe(const std::filesystem::path& file, std::span<const ExpectedModel> models) {
  const Hdf5Silence silence;
  const Hdf5FileHandle opened = open_hdf5(file);
  const Hdf5Node root = root_group(file, opened);
  const KerasLayout layout = keras_layout(root);
  const std::vector<StoredLayer> layers = stored_layers(root, layout, {});
  const Listing listing = list(layers);
  return fmt::format(
      "{}{} layers with weights, {} tensors, {} parameters\nlayout  {}\nfits    {}\n", listing.rows,
      layers.size(), listing.tensors, listing.parameters, origin(root, layout),
      fitting_models(root, layout, layers, models));
}

}  // namespace

std::string describe_keras_file(const std::filesystem::path& file,
                                std::span<const ExpectedModel> models) {
  return text_from_child(file, [&] { return describe(file, models); });
}

}  // namespace nanopneumo
