#include "io/image.h"

#include <algorithm>
#include <string>

#include "io/file_bytes.h"
#include "io/image_formats.h"

namespace nanopneumo {
namespace {

bool is_gray(const Image& image) {
  for (std::size_t i = 0; i < image.pixels.size(); i += 3)
    if (image.pixels[i] != image.pixels[i + 1] || image.pixels[i] != image.pixels[i + 2])
      return false;
  return true;
}

void keep_one_channel(Image& image) {
  for (std::size_t i = 0; i * 3 < image.pixels.size(); ++i) image.pixels[i] = image.pixels[i * 3];
  image.pixels.resize(image.pixels.size() / 3);
  image.channels = 1;
}

Image decode(std::string_view bytes, const std::filesystem::path& name) {
  const ImageFormat format = image_format(bytes, name);
  if (format == ImageFormat::bmp) return decode_bmp(bytes, name);
  if (format == ImageFormat::jpeg) {
    check_jpeg(bytes, name);
    return decode_with_stb(bytes, format, name);
  }
  check_png(bytes, name);
  return decode_with_stb(with_full_palette(bytes), format, name);
}

}  // namespace

Image decode_image(std::string_view bytes, const std::filesystem::path& name) {
  Image image = decode(bytes, name);
  if (image.channels == 3 && is_gray(image)) keep_one_channel(image);
  return image;
}

Image read_image(const std::filesystem::path& path) {
  return decode_image(read_file_bytes(path, kMaxImageFileBytes), path);
}

Image to_rgb(const Image& image) {
  if (image.channels == 3) return image;
  Image result{image.height, image.width, 3, {}};
  result.pixels.reserve(image.pixels.size() * 3);
  for (const std::uint8_t gray : image.pixels) result.pixels.insert(result.pixels.end(), 3, gray);
  return result;
}

bool has_image_extension(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return extension == ".jpg" || extension == ".jpeg" || extension == ".png" || extension == ".bmp";
}

}  // namespace nanopneumo
