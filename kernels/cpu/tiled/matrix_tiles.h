// AMX: eight registers of 16 rows of 64 bytes each, and an instruction that multiplies two of them. In bfloat16 it adds
// to 16 x 16 sums in float32 the products of 16 x 32 numbers and 32 x 16 others.
// Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, chapter 18.
#pragma once

#include <cstdint>

namespace nanopneumo::cpu::matrix_tiles {

/// Of the tile of pixels: their number, and the channels of each that are multiplied at once.
inline constexpr int kPixels = 16, kDepth = 32;
/// Of the tile of filters.
inline constexpr int kFilters = 16;
/// Of any tile that is full.
inline constexpr int kRowBytes = 64;
/// Two tiles of pixels and two of filters stay in registers, beside their four tiles of sums.
inline constexpr int kBlockPixels = 2 * kPixels, kPanelFilters = 2 * kFilters;

/// What LDTILECFG reads: for each of the eight tiles its rows and their bytes.
struct alignas(64) Configuration {
  std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};

  void set(int tile, int tile_rows) {
    row_bytes[tile] = kRowBytes;
    rows[tile] = static_cast<std::uint8_t>(tile_rows);
  }
};

/// Whether this is compiled for a CPU that has them, and the system lets the process use them.
bool are_there();

}  // namespace nanopneumo::cpu::matrix_tiles
