#include "train/data_info.h"

#include <fmt/format.h>

#include <algorithm>

#include "io/picture_facts.h"

namespace nanopneumo {
DataInfo inspect_images(std::span<const LabelledFile> files, int threads,
                        const LoadProgress& progress) {
  std::vector<PictureMeasures> facts(files.size());
  for_each_index(
      static_cast<std::int64_t>(files.size()), threads,
      [&](std::int64_t i) {
        const auto n = static_cast<std::size_t>(i);
        facts[n] = measure(read_image(files[n].path));
      },
      progress);
  DataInfo info;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto label = static_cast<std::size_t>(files[i].label);
    const PictureMeasures& f = facts[i];
    info.min_height = i ? std::min(info.min_height, f.height) : f.height;
    info.min_width = i ? std::min(info.min_width, f.width) : f.width;
    info.max_height = std::max(info.max_height, f.height);
    info.max_width = std::max(info.max_width, f.width);
    ++info.count[label];
    info.gray[label] += f.gray;
    info.mean_brightness[label] += f.brightness;
  }
  for (std::size_t label = 0; label < 2; ++label)
    if (info.count[label]) info.mean_brightness[label] /= static_cast<double>(info.count[label]);
  return info;
}

std::string format_data_info(const std::string& part, const std::string& source,
                             const std::vector<std::string>& classes, const DataInfo& info) {
  std::string text =
      fmt::format("{:<11} {} images from {}\n", part, info.count[0] + info.count[1], source);
  for (std::size_t label = 0; label < 2; ++label)
    text += fmt::format("            {:<12} {:>6} images, {} gray, mean brightness {:.1f} of 255\n",
                        classes[label], info.count[label], info.gray[label],
                        info.mean_brightness[label]);
  text += fmt::format("            height {} to {}, width {} to {} pixels\n", info.min_height,
                      info.max_height, info.min_width, info.max_width);
  return text;
}

}  // namespace nanopneumo
