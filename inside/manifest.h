// What a folder of pictures of the inside shows, for whoever puts them into a report.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "inside/pointing_game.h"

namespace nanopneumo {

/// One written picture.
struct ManifestEntry {
  std::string file{};             ///< beside the manifest
  std::string image{};            ///< of which it was made, as it was given
  std::optional<int> label{};     ///< the true class, where it is known
  double probability = 0;         ///< of the positive class
  std::optional<int> explains{};  ///< the class that the map speaks for
  std::string layer{};            ///< empty where a method looks at none
};

/// manifest.json: method, model, class names, and for each picture the file, the image, its label, what it
/// was called and with what probability, and whether that was right.
struct Manifest {
  std::string method, model;
  std::vector<std::string> classes;  ///< two; the second is the positive one
  bool trained_on_phantoms = false;
  std::vector<ManifestEntry> pictures;
  std::optional<PointingResult> pointing;
};

/// Throws InputError where it cannot be written.
void write_manifest(const std::filesystem::path& file, const Manifest& manifest);

/// Removes the pictures that a manifest of before names beside it, and their .npy files: they are of another call.
void remove_pictures_of(const std::filesystem::path& file);

}  // namespace nanopneumo
