#include "layers/layer.h"

#include <cctype>
#include <limits>

namespace nanopneumo {

std::string to_snake_case(std::string_view class_name) {
  // A capital starts a word where a small letter stands before or after it.
  const auto upper = [&](std::size_t i) {
    return i < class_name.size() && std::isupper(static_cast<unsigned char>(class_name[i]));
  };
  const auto lower = [&](std::size_t i) {
    return i < class_name.size() && std::islower(static_cast<unsigned char>(class_name[i]));
  };
  std::string name;
  for (std::size_t i = 0; i < class_name.size(); ++i) {
    const bool word_starts = i > 0 && upper(i) && (lower(i - 1) || lower(i + 1));
    if (word_starts) name += '_';
    name += static_cast<char>(std::tolower(static_cast<unsigned char>(class_name[i])));
  }
  return name;
}

const Shape& single_input(std::string_view layer, std::span<const Shape> inputs) {
  if (inputs.size() != 1) throw_shape_error("{} takes one input, not {}", layer, inputs.size());
  return inputs[0];
}

const Shape& single_input(std::string_view layer, std::span<const Shape> inputs, int rank) {
  const Shape& input = single_input(layer, inputs);
  if (input.rank() != rank)
    throw_shape_error("{} takes an input with {} axes, not {}", layer, rank, input.str());
  return input;
}

int to_int(std::int64_t length) {
  if (length < 0 || length > std::numeric_limits<int>::max())
    throw_shape_error("an axis of length {} is too long", length);
  return static_cast<int>(length);
}

}  // namespace nanopneumo
