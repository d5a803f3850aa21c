// What is in a weight file.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "io/keras_weights.h"

namespace nanopneumo {

/// A text to print: every layer of the file with the tensors, their shapes, types and ranges of
/// values; the numbers of layers and parameters; how the file is laid out and which Keras wrote it;
/// which of `models` it fits, or the closest one with the first difference. Throws InputError for
/// files that are not Keras' weight files, are damaged, or would lead outside of themselves.
std::string describe_keras_file(const std::filesystem::path& file,
                                std::span<const ExpectedModel> models);

}  // namespace nanopneumo
