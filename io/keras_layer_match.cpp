// Comparing the layers of a file with those of a model, with an explanation where they differ.
#include <algorithm>

#include "io/file_bytes.h"
#include "io/keras_layers.h"
#include "io/printable.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

/// No layer of Keras' has more but attention, which has eight.
constexpr std::size_t kMostWeightsOfALayer = 8;

bool fits(const ExpectedLayer& expected, const StoredLayer& stored) {
  return std::ranges::equal(expected.tensors, stored.tensors,
                            [](const ExpectedTensor& wanted, const StoredTensor& found) {
                              return found.has_shape(wanted.shape);
                            });
}

std::string found_shapes(const StoredLayer& layer) {
  std::vector<std::string> shapes;
  for (const StoredTensor& tensor : layer.tensors) shapes.push_back(tensor.shape_str());
  return printable(fmt::format("{}", fmt::join(shapes, " ")));
}

std::string expected_shapes(const ExpectedLayer& layer) {
  std::vector<std::string> shapes;
  for (const ExpectedTensor& tensor : layer.tensors) shapes.push_back(tensor.shape.str());
  return fmt::format("{}", fmt::join(shapes, " "));
}

[[noreturn]] void explain_counts(const std::string& file, std::string_view model,
                                 std::span<const ExpectedLayer> expected,
                                 std::span<const StoredLayer> stored,
                                 const Comparison& comparison) {
  const std::string counts =
      fmt::format("{}: the file has {} layers with weights where {} expects {}", file,
                  stored.size(), model, expected.size());
  if (comparison.differing) {
    const std::size_t i = *comparison.differing;
    throw_input_error("{}; the first that differs is number {}: {}; give the weight file of {}",
                      counts, i + 1, difference(expected[i], stored[i]), model);
  }
  if (stored.size() > expected.size())
    throw_input_error(
        "{}; all {} fit and then '{}' follows, so this looks like the file of the whole network "
        "with its classification head; give the file without the top, usually named ...notop.h5 "
        "or ..._no_top.h5",
        counts, expected.size(), printable(stored[expected.size()].name));
  if (stored.empty())
    throw_input_error("{}; it was saved from a model without weights; give the weight file of {}",
                      counts, model);
  throw_input_error(
      "{}; its layers fit, but it ends before layer '{}'; give the file of the whole {}", counts,
      expected[stored.size()].name, model);
}

[[noreturn]] void explain_resnet50_of_2018(const std::string& file) {
  throw_input_error(
      "{}: this is the ResNet50 that Keras published until 2018 (layers res2a_branch2a, "
      "bn2a_branch2a, ...), whose layers have another order and whose batch normalisation another "
      "epsilon than today's of the same name; give the file that lies in "
      "keras-applications/resnet/ since 2019 (md5 4d473c1dd8becc155b73f8504c6f6626)",
      file);
}

/// A model that was used as a layer has all of its weights in one group, trainable ones first.
void require_flat(const std::string& file, std::span<const StoredLayer> stored) {
  const auto nested = std::ranges::find_if(
      stored, [](const StoredLayer& layer) { return layer.tensors.size() > kMostWeightsOfALayer; });
  if (nested == stored.end()) return;
  throw_input_error(
      "{}: '{}' holds {} weights, so it is a model inside of the model, which is not read; in "
      "Python, save the inner model by itself, as model.get_layer(\"{}\").save(\"inner.h5\")",
      file, printable(nested->name), nested->tensors.size(), printable(nested->name));
}

void require_types(const std::string& file, const ExpectedLayer& expected,
                   const StoredLayer& stored) {
  for (std::size_t i = 0; i < expected.tensors.size(); ++i) {
    const StoredTensor& tensor = stored.tensors[i];
    if (tensor.is_integer && !expected.tensors[i].may_be_integer())
      throw_input_error(
          "{}: '{}' holds {} where layer '{}' expects floating-point {}; give a weight file with "
          "float weights",
          file, printable(tensor.node.path), tensor.type, expected.name, expected.tensors[i].name);
  }
}

/// Whether the file goes on with the whole top, and with nothing else, where the model ends.
bool ends_with_top(const ExpectedModel& model, std::span<const StoredLayer> stored) {
  if (model.top.empty() || stored.size() != model.layers.size() + model.top.size()) return false;
  return compare(model.top, stored.subspan(model.layers.size())).fitting == model.top.size();
}

}  // namespace

std::string difference(const ExpectedLayer& expected, const StoredLayer& stored) {
  if (expected.tensors.size() != stored.tensors.size())
    return fmt::format(
        "layer '{}' expects {} weights {}, but the layer '{}' in its place has {}: {}",
        expected.name, expected.tensors.size(), expected_shapes(expected), printable(stored.name),
        stored.tensors.size(), found_shapes(stored));
  for (std::size_t i = 0; i < expected.tensors.size(); ++i)
    if (!stored.tensors[i].has_shape(expected.tensors[i].shape))
      return fmt::format("layer '{}' expects {} of shape {}, but '{}' has shape {}", expected.name,
                         expected.tensors[i].name, expected.tensors[i].shape.str(),
                         printable(stored.tensors[i].node.path), stored.tensors[i].shape_str());
  return "all shapes agree";
}

Comparison compare(std::span<const ExpectedLayer> expected, std::span<const StoredLayer> stored) {
  Comparison result;
  result.common = std::min(expected.size(), stored.size());
  for (std::size_t i = 0; i < result.common; ++i) {
    if (fits(expected[i], stored[i]))
      ++result.fitting;
    else if (!result.differing)
      result.differing = i;
  }
  return result;
}

bool require_same_layers(const std::filesystem::path& path, const ExpectedModel& model,
                         std::span<const StoredLayer> stored) {
  const std::string file = shown(path);
  if (is_resnet50_of_2018(stored)) explain_resnet50_of_2018(file);
  require_flat(file, stored);
  const bool has_top = ends_with_top(model, stored);
  const std::span<const ExpectedLayer> expected = model.layers;
  if (has_top) stored = stored.first(expected.size());
  const Comparison comparison = compare(expected, stored);
  const bool other_model = comparison.differing && *comparison.differing == 0 &&
                           2 * comparison.fitting < comparison.common;
  if (other_model)
    throw_input_error(
        "{}: this looks like the weights of another model than {}: {} ({} of {} layers fit); give "
        "the weight file of {}",
        file, model.name, difference(expected[0], stored[0]), comparison.fitting, expected.size(),
        model.name);
  if (expected.size() != stored.size())
    explain_counts(file, model.name, expected, stored, comparison);
  if (comparison.differing) {
    const std::size_t i = *comparison.differing;
    throw_input_error("{}: {}; give the weight file of {}", file,
                      difference(expected[i], stored[i]), model.name);
  }
  for (std::size_t i = 0; i < expected.size(); ++i) require_types(file, expected[i], stored[i]);
  return has_top;
}

}  // namespace nanopneumo
