// The table of convolutions: one line for each distinct convolution of a network,
//   model batch cin h w cout kh kw stride pad_top pad_bottom pad_left pad_right groups count
// groups is 1, or cin for a depthwise convolution; count is how often the network has it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/bench/model_shapes.h"

namespace nanopneumo::bench {

struct ConvRow {
  std::string model;
  ConvDims dims;  ///< of a depthwise convolution K is C
  bool depthwise = false;
  int count = 1;

  std::string str() const;
  bool operator==(const ConvRow&) const = default;
};

/// The convolutions that a training step of `architecture` calls, in the order of the network.
std::vector<ConvRow> conv_rows(const Architecture& architecture, const InputSize& size);

/// Rows of a file in this format. Throws InputError, naming the line, for what is not.
std::vector<ConvRow> read_conv_table(const std::filesystem::path& file);

/// The same convolution for another batch size, and images `scale` times smaller a side.
ConvRow resized(ConvRow row, int batch, int scale);

/// The registered name of a model that a table calls otherwise ("SmallCNN" is "cnn").
std::string registered_name(const std::string& model);

/// The shapes of a row's three passes, forward without and with the fused epilogue.
std::vector<UsedShape> shapes_of(const ConvRow& row);

}  // namespace nanopneumo::bench
