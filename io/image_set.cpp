#include "io/image_set.h"

#include <algorithm>
#include <mutex>
#include <new>
#include <shared_mutex>

#include "tensor/errors.h"

namespace nanopneumo {
namespace {

/// Takes pictures from several threads straight into the set. It is gray until the first picture with colour
/// comes; then it becomes RGB with all that is there.
class Collector {
 public:
  Collector(std::span<const LabelledFile> files, int height, int width) : is_there_(files.size()) {
    set_ = {height, width, 1, {}, {}, {}};
    std::size_t bytes = 0;
    if (__builtin_mul_overflow(files.size(), set_.image_bytes(), &bytes)) throw std::bad_alloc();
    set_.pixels.resize(bytes);
    for (const LabelledFile& file : files) {
      set_.labels.push_back(static_cast<std::uint8_t>(file.label));
      set_.names.push_back(file.path.string());
    }
  }

  void put(std::int64_t i, const Image& image) {
    if (image.channels == 3) make_rgb();
    const std::shared_lock lock(mutex_);
    if (image.channels == set_.channels)
      std::ranges::copy(image.pixels, set_.pixels.begin() + i * set_.image_bytes());
    else
      copy_as_rgb(image.pixels, set_.pixels.begin() + i * set_.image_bytes());
    is_there_[static_cast<std::size_t>(i)] = 1;
  }

  ImageSet finish() { return std::move(set_); }

 private:
  using Pixels = LargeVector<std::uint8_t>;

  static void copy_as_rgb(std::span<const std::uint8_t> gray, Pixels::iterator rgb) {
    for (const std::uint8_t brightness : gray) rgb = std::fill_n(rgb, 3, brightness);
  }

  bool is_gray() {
    const std::shared_lock lock(mutex_);
    return set_.is_gray();
  }

  void make_rgb() {
    if (!is_gray()) return;  // as nearly always, and no thread waits for another
    const std::unique_lock lock(mutex_);
    if (!set_.is_gray()) return;
    Pixels rgb(set_.pixels.size() * 3);
    for (std::int64_t i = 0; i < set_.size(); ++i)
      if (is_there_[static_cast<std::size_t>(i)])
        copy_as_rgb(set_.image(i), rgb.begin() + i * set_.image_bytes() * 3);
    set_.pixels = std::move(rgb);
    set_.channels = 3;
  }

  std::shared_mutex mutex_;  ///< shared by those who put pixels into the set as it is
  ImageSet set_;
  std::vector<std::uint8_t> is_there_;  ///< for each picture (of bool, neighbours share a byte)
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
