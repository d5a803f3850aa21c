// Pixels of runs in tiles of 16: each has its place in one of them, and its window where it lies.
#include <doctest/doctest.h>

#include "kernels/cpu/tiled/tile_blocks.h"
#include "tests/kernels/shapes.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

using cpu::BFloat16;
using cpu::matrix_tiles::kPixels;
using cpu::tiled::TileBlock, cpu::tiled::Tiling, cpu::tiled::WindowsOf;

struct Runs {
  int runs;
  std::int64_t pixels, step, run_step;
  int images = 1;
  std::int64_t image_step = 0;
};

/// Number of tiles. Checks that each pixel is in one, and where its window lies.
std::int64_t check_places(const Runs& r) {
  const std::vector<BFloat16> memory(static_cast<std::size_t>(
      (r.images - 1) * r.image_step + (r.runs - 1) * r.run_step + r.pixels * r.step));
  const Tiling tiling(WindowsOf<BFloat16>{memory.data(), r.step},
                      {r.pixels, r.runs, r.run_step, r.images, r.image_step});
  std::vector<int> times(static_cast<std::size_t>(r.images * r.runs * r.pixels));
  std::int64_t tiles = 0;
  for (std::int64_t b = 0; b < tiling.blocks(); ++b) {
    const TileBlock block = tiling.block(b);
    std::int64_t last = 0;  // of the block's tiles that has results
    for (int i = 0; i < 2 * kPixels; ++i) {
      const std::int64_t tile = i / kPixels, place = block.places[i];
      if (place == TileBlock::kNowhere) continue;
      last = tile;
      REQUIRE(i % kPixels < tiling.tile_pixels());
      ++times.at(static_cast<std::size_t>(place));
      const std::int64_t run = place / r.pixels;
      CHECK(block.windows[tile] - memory.data() + i % kPixels * r.step ==
            run / r.runs * r.image_step + run % r.runs * r.run_step + place % r.pixels * r.step);
    }
    REQUIRE((last == 1 || b + 1 == tiling.blocks()));
    for (int tile = 0; tile < 2; ++tile) {
      // Nothing is read outside of the runs and what lies between them.
      const std::int64_t first = block.windows[tile] - memory.data();
      CHECK(first >= 0);
      CHECK(first + tiling.tile_pixels() * r.step <= static_cast<std::int64_t>(memory.size()));
    }
    tiles += last + 1;
  }
  CHECK(std::ranges::all_of(times, [](int count) { return count == 1; }));
  count_cases();
  return tiles;
}

TEST_CASE("Every pixel of some runs is in one tile") {
  for (int index = 0; index < kCases; ++index) {
    CaseRandom random("tile blocks", index);
    const std::int64_t pixels = random.integer(1, 70), step = random.integer(1, 3) * 8;
    const std::int64_t gap = random.coin() ? random.integer(-2, 5) * step : random.integer(0, 99);
    const int runs = random.integer(1, 12);
    const std::int64_t run_step = std::max(step, pixels * step + gap);
    check_places({runs, pixels, step, run_step, random.integer(1, 5),
                  runs * run_step + random.integer(0, 9)});
  }
}

TEST_CASE("Short runs share tiles where that takes fewer of them") {
  CHECK(check_places({1, 128, 8, 0}) == 8);
  CHECK(check_places({8, 16, 8, 18 * 8}) == 8);            // as they are: 142 in a row would take 9
  CHECK(check_places({8, 8, 8, 10 * 8}) == 5);             // 78 in a row
  CHECK(check_places({8, 8, 8, 10 * 8 + 1}) == 8);         // not in a row
  CHECK(check_places({2, 63, 8, 65 * 8}) == 8);            // 128 in a row take as many
  CHECK(check_places({6, 6, 512, 8 * 512}) == 3);          // 46 in a row
  CHECK(check_places({10, 10, 8, 9 * 8}) == 10);           // they overlap
  CHECK(check_places({6, 6, 8, 7 * 8, 4, 64 * 8}) == 12);  // 41 in a row, of each image
}

}  // namespace
}  // namespace nanopneumo::test
