// Keras' weight files: the legacy HDF5 layout (model.save_weights("x.h5") of Keras 1 and 2,
// model.save("x.h5") of every version) and Keras 3's own, x.weights.h5.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/shape.h"

namespace nanopneumo {

/// One weight tensor that a model expects.
struct ExpectedTensor {
  std::string name;  ///< "kernel"
  Shape shape;       ///< as in the file: HWIO, depthwise (R, S, C, 1)

  /// The one integer among Keras' weights: how many batches a Normalization layer has seen.
  bool may_be_integer() const { return name == "count"; }
};

/// One layer that a model expects, with its tensors in Keras order.
struct ExpectedLayer {
  std::string name;  ///< Keras layer name, for messages
  std::vector<ExpectedTensor> tensors;
  /// Keras' class in snake case, "depthwise_conv2d": .weights.h5 files count layers by it.
  std::string kind{};
};

/// What a model expects of a weight file: its layers that have weights, in the file's order.
struct ExpectedModel {
  std::string name;  ///< for messages
  std::vector<ExpectedLayer> layers;
  /// What may follow them: the classifier on top, for a network that is used without it.
  std::vector<ExpectedLayer> top{};
};

class SharedFloats;

/// The weights of a model from a file.
struct KerasWeights {
  std::shared_ptr<const SharedFloats> memory;  ///< all of them
  /// In the order of ExpectedModel::layers, flattened in C order, as float32 (float16 widened,
  /// float64 rounded).
  std::vector<std::span<const float>> tensors;
  /// The layers of the top where the file has it; their values were not read.
  std::vector<std::string> left_out;
};

/// In the legacy layout the i-th layer that has weights is matched with the i-th, as Keras does
/// (legacy_h5_format.load_weights_from_hdf5_group), and names do not matter; in a .weights.h5 file
/// the i-th of each class (saving_lib._load_container_state). All shapes are compared before memory
/// is allocated for any value. Throws InputError for everything that does not fit or is not finite,
/// and for whatever could lead outside the file: links, external storage, virtual data sets.
KerasWeights read_keras_weights(const std::filesystem::path& file, const ExpectedModel& model);

/// Copies of the weights of a model without a top.
std::vector<std::vector<float>> read_keras_weights(const std::filesystem::path& file,
                                                   std::string_view model,
                                                   std::span<const ExpectedLayer> expected);

}  // namespace nanopneumo
