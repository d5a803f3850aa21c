// 8-bit pictures in memory, and reading them from files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace nanopneumo {

/// Pixels (height, width, channels), row by row from the top left, channels interleaved.
struct Image {
  int height = 0;
  int width = 0;
  int channels = 0;  ///< 1 gray, 3 RGB
  std::vector<std::uint8_t> pixels;
};

inline constexpr int kMaxImageSide = 16384;
inline constexpr std::int64_t kMaxImagePixels = 100'000'000;
inline constexpr std::uint64_t kMaxImageFileBytes = std::uint64_t{512} << 20;

/// Reads a JPEG, PNG or BMP file, told apart by content, whatever its name says.
///
/// The result is what Keras' load_img sees after PIL's convert("RGB"): palettes and bit depths
/// below 8 are expanded, alpha is dropped without blending, of 16-bit RGB the high byte is taken,
/// and a picture whose pixels all have R = G = B has one channel. (JPEG decoders differ by a few
/// levels.)
///
/// Throws InputError for everything else: more than kMaxImageSide or kMaxImagePixels (checked
/// before decoding), files above 512 MiB, truncated or damaged content, CMYK and 12-bit JPEG,
/// compressed or 16-bit BMP, and 16-bit gray PNG, of which PIL keeps only what fits into 0..255
/// (almost all turns white) and the high byte alone would turn a 12-bit X-ray black.
Image read_image(const std::filesystem::path& path);

/// As read_image, of the bytes of a file; `name` stands for it in messages.
Image decode_image(std::string_view bytes, const std::filesystem::path& name);

/// The same picture with three channels.
Image to_rgb(const Image& image);

/// Whether the name ends in .jpg, .jpeg, .png or .bmp, in any case.
bool has_image_extension(const std::filesystem::path& path);

}  // namespace nanopneumo
