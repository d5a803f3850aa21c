// Which pixels of a band are multiplied together by matrix tiles.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/cpu/tiled/bands.h"
#include "kernels/cpu/tiled/matrix_tiles.h"

namespace nanopneumo::cpu::tiled {

/// Pixels that are multiplied at once: one or two tiles.
struct TileBlock {
  int tiles = 0;
  const BFloat16* windows[2] = {};
  /// Of each pixel of both tiles, its number among the results; kNowhere for those that are results of another tile, or
  /// none.
  std::int32_t places[matrix_tiles::kBlockPixels];
  static constexpr std::int32_t kNowhere = -1;
};

/// How the pixels of some runs are put into tiles. All have the same number of pixels, for it takes long to change
/// it; where it does not divide the pixels of a run, the last two overlap.
class Tiling {
 public:
  Tiling(const WindowsOf<BFloat16>& windows, int runs, std::int64_t run_step, std::int64_t pixels)
      : x_(windows.data), step_(windows.step), run_step_(run_step), pixels_(pixels), runs_(runs) {
    length_ = pixels;
    if (runs == 1 || run_step % step_ != 0) return;
    // As one long run, with windows between the runs that nobody asked for: short runs fill tiles better so.
    const std::int64_t distance = run_step / step_, length = (runs - 1) * distance + pixels;
    if (tiles_of(length) >= runs * tiles_of(pixels)) return;
    distance_ = distance;
    length_ = length;
    runs_ = 1;
  }

  int tile_pixels() const {
    return static_cast<int>(std::min<std::int64_t>(matrix_tiles::kPixels, length_));
  }
  std::int64_t blocks() const { return (tiles() + 1) / 2; }

  TileBlock block(std::int64_t number) const {
    TileBlock block;
    for (int i = 0; i < 2 && 2 * number + i < tiles(); ++i) add_tile(2 * number + i, block);
    return block;
  }

 private:
  static std::int64_t tiles_of(std::int64_t length) {
    return (length + matrix_tiles::kPixels - 1) / matrix_tiles::kPixels;
  }
  std::int64_t tiles() const { return runs_ * tiles_of(length_); }

  void add_tile(std::int64_t number, TileBlock& block) const {
    const std::int64_t of_a_run = tiles_of(length_), run = number / of_a_run;
    const std::int64_t wanted = number % of_a_run * matrix_tiles::kPixels;
    const std::int64_t first = std::min(wanted, length_ - tile_pixels());
    std::int32_t* places = block.places + block.tiles * matrix_tiles::kPixels;
    std::fill_n(places, matrix_tiles::kPixels, TileBlock::kNowhere);
    for (std::int64_t i = wanted; i < first + tile_pixels(); ++i)
      places[i - first] = static_cast<std::int32_t>(place(run, i));
    block.windows[block.tiles++] = x_ + run * run_step_ + first * step_;
  }

  std::int64_t place(std::int64_t run, std::int64_t i) const {
    if (distance_ == 0) return run * pixels_ + i;
    return i % distance_ < pixels_ ? i / distance_ * pixels_ + i % distance_ : TileBlock::kNowhere;
  }

  const BFloat16* x_;
  std::int64_t step_, run_step_, pixels_, runs_;
  std::int64_t length_;        ///< of what is a run here, in pixels
  std::int64_t distance_ = 0;  ///< from one run to the next in the long one, in pixels
};

}  // namespace nanopneumo::cpu::tiled
