// The layers of a Keras weight file, and whether they are those of a model.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/hdf5_tensor.h"
#include "io/keras_weights.h"

namespace nanopneumo {

/// A layer of a file with its weights, not read yet.
struct StoredLayer {
  std::string name;
  std::vector<StoredTensor> tensors;
};

/// How Keras laid a file out.
enum class KerasLayout {
  legacy,    ///< layer_names at the root: save_weights of Keras 1 and 2, and what Keras publishes
  whole,     ///< the same in /model_weights, beside the model's description: model.save("x.h5")
  weights3,  ///< /layers/conv2d_1/vars/0, ...: x.weights.h5 of Keras 3
};

/// Throws InputError, with what the file is instead where that can be seen, for all other files.
KerasLayout keras_layout(const Hdf5Node& root);

/// The layers that have weights, in the file's order. A .weights.h5 file has an order within each
/// class only: its layers come in those of `model`, then whatever the model lacks.
std::vector<StoredLayer> stored_layers(const Hdf5Node& root, KerasLayout layout,
                                       const ExpectedModel& model);

/// Those of a .weights.h5 file (io/keras3_layers.cpp).
std::vector<StoredLayer> stored_layers_of_weights3(const Hdf5Node& root,
                                                   const ExpectedModel& model);

/// Whether these are the layers of the ResNet50 that the Keras of 2018 published. It has the name
/// and the shapes of today's in another order of layers, and another epsilon.
bool is_resnet50_of_2018(std::span<const StoredLayer> stored);

/// A comparison of two lists of layers, position by position as far as both go.
struct Comparison {
  std::size_t common = 0;                ///< positions that both lists have
  std::size_t fitting = 0;               ///< of these, those that fit
  std::optional<std::size_t> differing;  ///< the first of these that does not
};
Comparison compare(std::span<const ExpectedLayer> expected, std::span<const StoredLayer> stored);

/// How a layer differs: "layer 'conv1' expects kernel of shape (..), but '/conv/kernel' has shape
/// (..)"
std::string difference(const ExpectedLayer& expected, const StoredLayer& stored);

/// Throws InputError unless every layer of the file has the tensors, shapes and types that the
/// model expects in its place; the model's top may follow, and whether it does is returned. The
/// message says what was expected, what was found and, where the pattern gives it away, which file
/// this seems to be.
bool require_same_layers(const std::filesystem::path& file, const ExpectedModel& model,
                         std::span<const StoredLayer> stored);

}  // namespace nanopneumo
