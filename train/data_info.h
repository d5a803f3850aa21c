// What the images of a data set are like.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "io/dataset_files.h"
#include "io/parallel.h"

namespace nanopneumo {

/// Figures over the images of one part of a data set, per class (negative, positive) where an
/// array.
struct DataInfo {
  std::array<std::int64_t, 2> count{}, gray{};
  std::array<double, 2> mean_brightness{};  ///< mean pixel, 0..255; a difference invites a shortcut
  int min_height = 0, max_height = 0, min_width = 0, max_width = 0;
  /// A sentence about each that cannot be read; the rest is of the others.
  std::vector<std::string> broken{};
};

/// Decodes every file.
DataInfo inspect_images(std::span<const LabelledFile> files, int threads,
                        const LoadProgress& progress = {});

/// As lines of text.
std::string format_data_info(const std::string& part, const std::string& source,
                             const std::vector<std::string>& classes, const DataInfo& info);

}  // namespace nanopneumo
