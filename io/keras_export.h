// Writing weights as Keras does.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "io/keras_weights.h"

namespace nanopneumo {

/// The Keras whose files these are.
inline constexpr const char* kKerasVersion = "3.15.1";

/// A layer with its values, all layers of a model having one, those without weights too.
struct ExportedLayer {
  ExpectedLayer layer;                     ///< names, shapes, kind
  std::vector<std::vector<float>> values;  ///< of each tensor, in C order
};

/// The file that Keras' legacy writer makes (legacy_h5_format.save_weights_to_hdf5_group; Keras 2's
/// save_weights("x.h5")), which load_weights of every Keras reads: layers in the order given, tensors
/// called layer/tensor. The same weights give the same bytes, for a functional model
/// those that Keras writes.
std::string keras_h5_file(std::span<const ExportedLayer> layers);

/// The file that Keras 3's save_weights("x.weights.h5") writes (saving_lib.save_weights_only), for a
/// model that was not compiled.
std::string keras_weights_h5_file(std::span<const ExportedLayer> layers);

}  // namespace nanopneumo
