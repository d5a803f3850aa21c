#include "kernels/cpu/tiled/products.h"

#include <array>

#include "kernels/cpu/activation.h"
#include "kernels/cpu/parallel.h"

namespace nanopneumo::cpu::tiled {
namespace {

/// Calls body(r, pointer to row r) for r in [0, rows), where pointers lie `stride` elements apart. Each is made of the one
/// before: the compiler would keep them all, in memory, for registers that can be multiplied into an address are few.
template <int rows, class T, class Body>
[[gnu::always_inline]] inline void for_each_row(T* row, std::int64_t stride, const Body& body) {
  unrolled<rows>([&](int r) __attribute__((always_inline)) {
    body(r, row);
    row += stride;
    asm("" : "+r"(row));
  });
}

/// Asks for what the end of a tile will read and write from channel k on, so that it is there by then: neighbours in a
/// column of y are too far apart for the processor to foresee them.
template <int rows, int registers>
[[gnu::always_inline]] inline void prefetch(int k, Rows y, ConstRows residual) {
  constexpr int kWrite = 1;
  for_each_row<rows>(
      y.data + k, y.stride, [](int, float* row) __attribute__((always_inline)) {
        __builtin_prefetch(row, kWrite);
        __builtin_prefetch(row + registers * kLanes - 1, kWrite);
      });
  if (residual.data && residual.data != y.data)
    for_each_row<rows>(
        residual.data + k, residual.stride,
        [](int, const float* row) __attribute__((always_inline)) { __builtin_prefetch(row); });
}

/// Some pixels times the first registers of panel number p, the last of which may hold fewer filters than lanes.
template <int rows, int registers, class F>
[[gnu::always_inline]] inline void multiply_tile(const Filter& filter, int p,
                                                 const WindowsOf<float>& windows, Rows y,
                                                 ConstRows residual) {
  const int first = p * kPanel;
  prefetch<rows, registers>(first, y, residual);
  Vec sums[rows][registers] = {};
  const float* w = filter.panel(p);
  const float* x = windows.data;
  for (int r = 0; r < filter.R(); ++r, x += windows.row, w += filter.depth() * kPanel)
    add_outer_products(filter.depth(), x, windows.step, 1, w, sums);
  // No loops: sums whose number is not known while compiling are in no register.
  const int rest = filter.K() - first;
  unrolled<registers>([&](int k) __attribute__((always_inline)) {
    const Vec bias = load(filter.bias(p) + k * kLanes);
    unrolled<rows>([&](int r) __attribute__((always_inline)) { sums[r][k] += bias; });
    if (residual.data)
      for_each_row<rows>(
          residual.data + first + k * kLanes,
          residual.stride, [&](int r, const float* from) __attribute__((always_inline)) {
            sums[r][k] += load_up_to(from, rest - k * kLanes);
          });
  });
  activate<rows * registers>(
      F{}, [&](int i) __attribute__((always_inline))->Vec &
               { return sums[i / registers][i % registers]; });
  unrolled<registers>([&](int k) __attribute__((always_inline)) {
    for_each_row<rows>(
        y.data + first + k * kLanes,
        y.stride, [&](int r, float* to) __attribute__((always_inline)) {
          store_up_to(to, sums[r][k], rest - k * kLanes);
        });
  });
}

/// Tiles of the same size side by side, times some panels.
struct Block {
  WindowsOf<float> windows;
  Results results;
  std::int64_t tiles;
  int first_panel, end_panel;
};

/// Times the first registers of each panel.
template <int rows, int registers, class F>
void multiply_block(const Filter& filter, const Block& block, Fetch& fetch) {
  WindowsOf<float> windows = block.windows;
  Rows y = block.results.y;
  ConstRows residual = block.results.residual;
  for (std::int64_t tile = 0; tile < block.tiles; ++tile) {
    for (int p = block.first_panel; p < block.end_panel; ++p) {
      fetch.next();
      multiply_tile<rows, registers, F>(filter, p, windows, y, residual);
    }
    windows.data += rows * windows.step;
    y.data += rows * y.stride;
    if (residual.data) residual.data += rows * residual.stride;
  }
}

template <int registers, class F, int... i>
constexpr auto blocks_of(std::integer_sequence<int, i...>) {
  return std::array{&multiply_block<i + 1, registers, F>...};
}
template <int registers, class F>
constexpr auto kBlocks = blocks_of<registers, F>(std::make_integer_sequence<int, kTileRows>{});

/// Panels of which both registers hold filters; after them comes at most one that fills its first register alone.
int whole_panels(int K) { return (K + kPanel - 1 - kLanes) / kPanel; }

}  // namespace

void multiply(const Filter& filter, const WindowsOf<float>& windows, const Grid& grid,
              const Results& results, Upcoming upcoming) {
  // Tiles whose sizes differ by at most one, the larger ones first.
  const std::int64_t tiles = (grid.pixels + kTileRows - 1) / kTileRows;
  const std::int64_t size = grid.pixels / tiles, larger = grid.pixels % tiles;
  const int runs = grid.images * grid.runs;
  const int count = panels(filter.K()), whole = whole_panels(filter.K());
  Fetch fetch(upcoming, count * runs * tiles);
  with_activation(results.activation, [&]<class F>(F) {
    const auto multiply_some = [&](const auto& blocks, std::int64_t tile_size, std::int64_t some,
                                   int run, std::int64_t begin, int first_panel, int end_panel) {
      if (some == 0 || first_panel == end_panel) return;
      const std::int64_t offset = run / grid.runs * grid.image_step +
                                  run % grid.runs * grid.run_step + begin * windows.step;
      blocks[static_cast<std::size_t>(tile_size - 1)](
          filter,
          {.windows = {windows.data + offset, windows.step, windows.row, windows.column},
           .results = results.from(run * grid.pixels + begin),
           .tiles = some,
           .first_panel = first_panel,
           .end_panel = end_panel},
          fetch);
    };
    const auto multiply_panels = [&](int first, int end) {
      const int middle = std::clamp(whole, first, end);
      for (int run = 0; run < runs; ++run) {
        const auto multiply_tiles = [&](std::int64_t tile_size, std::int64_t some,
                                        std::int64_t begin) {
          multiply_some(kBlocks<2, F>, tile_size, some, run, begin, first, middle);
          multiply_some(kBlocks<1, F>, tile_size, some, run, begin, middle, end);
        };
        multiply_tiles(size + 1, larger, 0);
        multiply_tiles(size, tiles - larger, larger * (size + 1));
      }
    };
    for_groups(count, filter.bytes(), kGroupOfFloats, multiply_panels);
  });
}

}  // namespace nanopneumo::cpu::tiled
