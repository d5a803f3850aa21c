// A model of two layers, and weight files for it that differ from Keras' in one respect each.
#pragma once

#include <string>
#include <vector>

#include "io/keras_weights.h"
#include "tests/io/hdf5_writer.h"
#include "tests/support/formula.h"

namespace nanopneumo::test {

/// A convolution (kernel, bias) and a batch norm (gamma, beta, moving mean and variance).
inline std::vector<ExpectedLayer> two_layers() {
  return {{"conv", {{"kernel", {3, 3, 2, 4}}, {"bias", {4}}}, "conv2d"},
          {"bn",
           {{"gamma", {4}}, {"beta", {4}}, {"moving_mean", {4}}, {"moving_variance", {4}}},
           "batch_normalization"}};
}

inline const std::vector<std::string>& two_layer_paths() {
  static const std::vector<std::string> paths = {"/conv/conv/kernel",  "/conv/conv/bias",
                                                 "/bn/bn/gamma",       "/bn/bn/beta",
                                                 "/bn/bn/moving_mean", "/bn/bn/moving_variance"};
  return paths;
}

/// The values of tensor `index` of the six.
inline std::vector<float> two_layer_values(std::size_t index) {
  const Shape shape = index == 0 ? Shape{3, 3, 2, 4} : Shape{4};
  return formula_tensor(index == 0 ? "conv_kernel" : "bias", shape,
                        static_cast<std::int64_t>(index));
}

inline std::vector<hsize_t> two_layer_lengths(std::size_t index) {
  return index == 0 ? std::vector<hsize_t>{3, 3, 2, 4} : std::vector<hsize_t>{4};
}

/// The groups with their names, and layers without weights before and between.
inline void write_two_layer_names(Hdf5Writer& writer, Strings strings = Strings::kNullPadded,
                                  const std::string& root = "/") {
  const std::string below = root == "/" ? "/" : root + "/";
  for (const char* layer : {"input", "conv", "relu", "bn"}) writer.group(below + layer);
  writer.names(root, "layer_names", {"input", "conv", "relu", "bn"}, strings);
  writer.names(below + "input", "weight_names", {});
  writer.names(below + "conv", "weight_names", {"conv/kernel", "conv/bias"}, strings);
  writer.names(below + "relu", "weight_names", {});
  writer.names(below + "bn", "weight_names",
               {"bn/gamma", "bn/beta", "bn/moving_mean", "bn/moving_variance"}, strings);
}

/// All six tensors, or the five from the second on.
inline void write_two_layer_tensors(Hdf5Writer& writer, std::size_t first = 0,
                                    hid_t type = H5T_IEEE_F32LE, const std::string& root = "") {
  for (std::size_t i = first; i < two_layer_paths().size(); ++i)
    writer.floats(root + two_layer_paths()[i], two_layer_lengths(i), two_layer_values(i), type);
}

}  // namespace nanopneumo::test
