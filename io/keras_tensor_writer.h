// What both layouts of Keras' weight files store alike.
#pragma once

#include <span>
#include <string>

#include "io/hdf5_image.h"
#include "io/keras_weights.h"

namespace nanopneumo {

/// Adds a weight as data set `path`, of float32, the one integer among Keras' weights of int64.
void write_tensor(Hdf5Image& file, const std::string& path, const ExpectedTensor& tensor,
                  std::span<const float> values);

}  // namespace nanopneumo
