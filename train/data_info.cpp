#include "train/data_info.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "io/file_bytes.h"
#include "io/picture_facts.h"
#include "tensor/errors.h"

namespace nanopneumo {
DataInfo inspect_images(std::span<const LabelledFile> files, int threads,
                        const LoadProgress& progress) {
  std::vector<std::optional<PictureMeasures>> facts(files.size());
  std::vector<std::string> sentences(files.size());
  for_each_index(
      static_cast<std::int64_t>(files.size()), threads,
      [&](std::int64_t i) {
        const auto n = static_cast<std::size_t>(i);
        try {
          facts[n] = measure(read_image(files[n].path));
        } catch (const InputError& broken) {
          sentences[n] = broken.what();
        }
      },
      progress);
  DataInfo info;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto label = static_cast<std::size_t>(files[i].label);
    if (!facts[i]) {
      info.broken.push_back(sentences[i]);
      continue;
    }
    const PictureMeasures& f = *facts[i];
    const bool is_first = info.count[0] + info.count[1] == 0;
    info.min_height = is_first ? f.height : std::min(info.min_height, f.height);
    info.min_width = is_first ? f.width : std::min(info.min_width, f.width);
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
  if (!info.broken.empty())
    text += fmt::format("            {} cannot be read:\n", info.broken.size());
  for (const std::string& sentence : info.broken)
    text += fmt::format("            {}\n", shown(sentence));
  return text;
}

}  // namespace nanopneumo
