// What a network said about each image of a set, kept in a file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace nanopneumo {

/// Image i of a set: its name, its class (1 = positive) and the network's logit for the positive
/// one.
struct Predictions {
  std::vector<std::string> names;
  std::vector<std::uint8_t> labels;
  std::vector<double> logits;

  std::size_t size() const { return labels.size(); }
  std::vector<double> probabilities() const;  ///< of the positive class
  /// Whether both judge the same images: their names and classes are equal, in the same order.
  bool same_images(const Predictions& other) const;
};

/// Writes a CSV file "image,label,logit,probability", whole or not at all. The logit reads back
/// exactly as a float32; the probability, six digits of it, is for the reader's eyes. ShapeError
/// where the lengths differ.
void write_predictions(const std::filesystem::path& file, const Predictions& predictions);

/// Reads what write_predictions wrote. Throws InputError, naming the file, where it holds anything
/// else or nothing.
Predictions read_predictions(const std::filesystem::path& file);

/// `names` below the folder `data` (absolute) as paths from there, so that runs on two copies of a
/// data set name an image alike. Others, and all where `data` is empty, stay as they are.
std::vector<std::string> names_within(const std::string& data, std::span<const std::string> names);

}  // namespace nanopneumo
