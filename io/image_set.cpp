#include "io/image_set.h"

#include <algorithm>
#include <new>

#include "tensor/errors.h"

namespace nanopneumo {
namespace {

/// Pictures go straight into the set as long as they are gray; those with colour wait aside, and
/// only if there are any does the set become RGB.
class Collector {
 public:
  Collector(std::span<const LabelledFile> files, int height, int width) : coloured_(files.size()) {
    set_ = {height, width, 1, {}, {}, {}};
    std::size_t bytes = 0;
    if (__builtin_mul_overflow(files.size(), set_.image_bytes(), &bytes)) throw std::bad_alloc();
    set_.pixels.resize(bytes);
    for (const LabelledFile& file : files) {
      set_.labels.push_back(static_cast<std::uint8_t>(file.label));
      set_.names.push_back(file.path.string());
    }
  }

  void put(std::int64_t i, Image image) {
    if (image.channels == 1)
      std::ranges::copy(image.pixels, set_.pixels.begin() + i * set_.image_bytes());
    else
      coloured_[static_cast<std::size_t>(i)] = std::move(image.pixels);
  }

  ImageSet finish() {
    const auto has_colour = [](const auto& pixels) { return !pixels.empty(); };
    if (std::ranges::any_of(coloured_, has_colour)) expand();
    return std::move(set_);
  }

 private:
  void expand() {
    LargeVector<std::uint8_t> rgb;
    rgb.reserve(set_.pixels.size() * 3);
    for (std::int64_t i = 0; i < set_.size(); ++i) {
      std::vector<std::uint8_t>& colour = coloured_[static_cast<std::size_t>(i)];
      if (colour.empty())
        for (const std::uint8_t gray : set_.image(i)) rgb.insert(rgb.end(), 3, gray);
      else
        rgb.insert(rgb.end(), colour.begin(), colour.end());
      colour = {};
    }
    set_.pixels = std::move(rgb);
    set_.channels = 3;
  }

  ImageSet set_;
  std::vector<std::vector<std::uint8_t>> coloured_;
};

}  // namespace

ImageSet load_images(std::span<const LabelledFile> files, int height, int width,
                     Interpolation interpolation, int threads, const LoadProgress& progress) {
  try {
    Collector collector(files, height, width);
    for_each_index(
        static_cast<std::int64_t>(files.size()), threads,
        [&](std::int64_t i) {
          const Image image = read_image(files[static_cast<std::size_t>(i)].path);
          collector.put(i, resize(image, height, width, interpolation));
        },
        progress);
    return collector.finish();
  } catch (const std::bad_alloc&) {
    throw_input_error("{} pictures of {} x {} do not fit into memory: use fewer or smaller ones",
                      files.size(), height, width);
  }
}

}  // namespace nanopneumo
