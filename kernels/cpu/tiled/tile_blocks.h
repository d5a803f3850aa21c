// Which pixels of a band are multiplied together by matrix tiles.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/cpu/tiled/bands.h"
#include "kernels/cpu/tiled/matrix_tiles.h"

namespace nanopneumo::cpu::tiled {

/// Pixels that are multiplied at once: two tiles.
struct TileBlock {
  const BFloat16* windows[2] = {};
  /// Of each pixel of two tiles, its number among the results; kNowhere for those that are results of another tile, or
  /// none.
  std::int32_t places[matrix_tiles::kBlockPixels];
  static constexpr std::int32_t kNowhere = -1;
};

/// How the pixels of a grid are put into tiles. All have the same number of pixels, for it takes long to change it; where
/// it does not divide the pixels of a run, the last two overlap.
class Tiling {
 public:
  Tiling(const WindowsOf<BFloat16>& windows, const Grid& grid)
      : x_(windows.data), step_(windows.step), grid_(grid), length_(grid.pixels) {
    const std::int64_t distance = grid.run_step / step_;
    const std::int64_t length = (grid.runs - 1) * distance + grid.pixels;
    // An image as one long run, with windows between the runs that nobody asked for: short runs fill tiles better so.
    // With more padding than a window is wide they overlap and cannot be one.
    runs_are_one_ = grid.runs > 1 && grid.run_step % step_ == 0 && distance >= grid.pixels &&
                    tiles_of(length) < grid.runs * tiles_of(grid.pixels);
    if (runs_are_one_) {
      length_ = length;
      distance_ = distance;
    } else {
      distance_ = length_ + 1;
    }
  }

  int tile_pixels() const {
    return static_cast<int>(std::min<std::int64_t>(matrix_tiles::kPixels, length_));
  }
  std::int64_t blocks() const { return (tiles() + 1) / 2; }

  TileBlock block(std::int64_t number) const {
    TileBlock block;
    for (int i = 0; i < 2; ++i)
      block.windows[i] = place(2 * number + i, block.places + i * matrix_tiles::kPixels);
    // Where there is no second tile, the first one is multiplied twice: that is rare, and code for it as large as the rest.
    if (2 * number + 1 == tiles()) block.windows[1] = block.windows[0];
    return block;
  }

 private:
  static std::int64_t tiles_of(std::int64_t length) {
    return (length + matrix_tiles::kPixels - 1) / matrix_tiles::kPixels;
  }
  /// Of an image, as they are here.
  std::int64_t runs() const { return runs_are_one_ ? 1 : grid_.runs; }
  std::int64_t tiles() const { return grid_.images * runs() * tiles_of(length_); }

  /// The places of a tile's pixels; returns where its windows begin. Without branches, and with a quotient that registers
  /// can compute, for this is done for each tile.
  const BFloat16* place(std::int64_t tile, std::int32_t* places) const {
    using matrix_tiles::kPixels;
    const std::int64_t of_a_run = tiles_of(length_), number = tile / of_a_run;
    const std::int64_t image = number / runs(), run = number % runs();
    const std::int64_t wanted = tile % of_a_run * kPixels;
    const std::int64_t first = std::min(wanted, length_ - tile_pixels());
    const auto base = static_cast<int>((image * grid_.runs + run) * grid_.pixels);
    const auto begin = static_cast<int>(wanted - first);
    const int end = tile < tiles() ? tile_pixels() : 0;
    const auto distance = static_cast<int>(distance_), pixels = static_cast<int>(grid_.pixels);
    const double rows_of_a_pixel = 1.0 / static_cast<double>(distance);
    for (int i = 0; i < kPixels; ++i) {
      const int at = static_cast<int>(first) + i;
      const auto row = static_cast<int>((at + 0.5) * rows_of_a_pixel);
      const int column = at - row * distance;
      const bool is_wanted = (i >= begin) & (i < end) & (column < pixels);
      places[i] = is_wanted ? base + row * pixels + column : TileBlock::kNowhere;
    }
    return x_ + image * grid_.image_step + run * grid_.run_step + first * step_;
  }

  const BFloat16* x_;
  std::int64_t step_;
  Grid grid_;
  bool runs_are_one_;
  std::int64_t length_;    ///< of what is a run here, in pixels
  std::int64_t distance_;  ///< from one of the grid's runs to the next, or more than length_
};

}  // namespace nanopneumo::cpu::tiled
