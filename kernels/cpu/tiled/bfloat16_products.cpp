// What products.cpp does with registers of floats, with matrix tiles of bfloat16.
#include <stdexcept>

#include "kernels/cpu/activation.h"
#include "kernels/cpu/tiled/products.h"
#include "kernels/cpu/tiled/tile_blocks.h"
#include "kernels/cpu/vector_bfloat16.h"

namespace nanopneumo::cpu::tiled {

#if defined(__AMX_BF16__) && defined(__AVX512BF16__)

namespace {

using namespace matrix_tiles;

/// Numbers of the tiles: those of sums come first, row by row.
constexpr int kSums = 0, kWindows = 4, kWeights = 6;

/// What LDTILECFG reads: for each tile its rows and their bytes.
struct alignas(64) Configuration {
  std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};

  void set(int tile, int tile_rows) {
    constexpr int kRowBytes = 64;
    row_bytes[tile] = kRowBytes;
    rows[tile] = static_cast<std::uint8_t>(tile_rows);
  }
};

/// The tile instructions do not tell the compiler what they read.
template <class T>
void write_to_memory(const T* data) {
  asm volatile("" ::"r"(data) : "memory");
}

/// Tiles of so many pixels; nobody else's between construction and destruction.
class Tiles {
 public:
  explicit Tiles(int pixels) {
    Configuration configuration;
    for (int i = 0; i < 2; ++i) {
      configuration.set(kWindows + i, pixels);
      configuration.set(kWeights + i, kDepth / 2);
      for (int j = 0; j < 2; ++j) configuration.set(kSums + 2 * i + j, pixels);
    }
    write_to_memory(&configuration);
    _tile_loadconfig(&configuration);
  }
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;
  ~Tiles() { _tile_release(); }
};

/// What does not fill a tile at the end of each row of a block's windows, followed by zeros: beside it there may be
/// anything in memory, and zero times infinity is NaN.
class Rest {
 public:
  Rest(const BFloat16Filter& filter, const TileBlock& block, std::int64_t step, std::int64_t row,
       int tile_pixels) {
    const int count = filter.depth() % kDepth;
    if (count == 0) return;
    const auto mask = static_cast<__mmask32>((std::uint32_t{1} << count) - 1);
    for (int r = 0; r < filter.R(); ++r)
      for (int tile = 0; tile < block.tiles; ++tile) {
        const BFloat16* from = block.windows[tile] + r * row + filter.depth() - count;
        for (int i = 0; i < tile_pixels; ++i, from += step)
          _mm512_store_si512(at(r) + (tile * kPixels + i) * kDepth,
                             _mm512_maskz_loadu_epi16(mask, from));
      }
    write_to_memory(memory_);
  }
  BFloat16* at(int r) { return memory_ + r * kBlockPixels * kDepth; }

 private:
  alignas(64) BFloat16
      memory_[BFloat16Filter::kMostRows * kBlockPixels * kDepth];  // only what is needed is written
};

/// sums += the next tiles of one or two times 16 pixels times those of one or two times 16 filters.
template <int pixel_tiles, int filter_tiles>
[[gnu::always_inline]] inline void add_products(const BFloat16* x0, const BFloat16* x1,
                                                std::int64_t step, const BFloat16* w) {
  constexpr int kRowBytes = 64;
  const std::int64_t bytes = step * std::int64_t{sizeof(BFloat16)};
  _tile_loadd(6, w, kRowBytes);
  if constexpr (filter_tiles == 2) _tile_loadd(7, w + BFloat16Filter::kTileSize, kRowBytes);
  _tile_loadd(4, x0, bytes);
  _tile_dpbf16ps(0, 4, 6);
  if constexpr (filter_tiles == 2) _tile_dpbf16ps(1, 4, 7);
  if constexpr (pixel_tiles == 2) {
    _tile_loadd(5, x1, bytes);
    _tile_dpbf16ps(2, 5, 6);
    if constexpr (filter_tiles == 2) _tile_dpbf16ps(3, 5, 7);
  }
}

/// The sums of a block and the filters of panel number p, (pixels, 32). Pixels' windows lie `step` apart, rows of them
/// `row`.
template <int pixel_tiles, int filter_tiles>
void multiply_block(const BFloat16Filter& filter, int p, const TileBlock& block, std::int64_t step,
                    std::int64_t row, Rest& rest, float* sums) {
  _tile_zero(0);
  if constexpr (filter_tiles == 2) _tile_zero(1);
  if constexpr (pixel_tiles == 2) {
    _tile_zero(2);
    if constexpr (filter_tiles == 2) _tile_zero(3);
  }
  const int whole = filter.depth() / kDepth;
  const BFloat16* w = filter.panel(p);
  for (int r = 0; r < filter.R(); ++r) {
    const BFloat16 *x0 = block.windows[0] + r * row, *x1 = block.windows[1] + r * row;
    for (int i = 0; i < whole; ++i, w += 2 * BFloat16Filter::kTileSize)
      add_products<pixel_tiles, filter_tiles>(x0 + i * kDepth, x1 + i * kDepth, step, w);
    if (whole < filter.tiles()) {
      const BFloat16* copy = rest.at(r);
      add_products<pixel_tiles, filter_tiles>(copy, copy + kPixels * kDepth, kDepth, w);
      w += 2 * BFloat16Filter::kTileSize;
    }
  }
  constexpr int kRowBytes = kPanelFilters * sizeof(float);
  _tile_stored(0, sums, kRowBytes);
  if constexpr (filter_tiles == 2) _tile_stored(1, sums + kFilters, kRowBytes);
  if constexpr (pixel_tiles == 2) {
    float* second = sums + kPixels * kPanelFilters;
    _tile_stored(2, second, kRowBytes);
    if constexpr (filter_tiles == 2) _tile_stored(3, second + kFilters, kRowBytes);
  }
}

/// What becomes of the sums of a block and the filters from number k on.
template <class F>
void finish_block(const float* sums, const TileBlock& block, const float* bias, int k, int filters,
                  const ResultsOf<BFloat16>& results) {
  const Vec biases[2] = {load(bias), load(bias + kLanes)};
  const int counts[2] = {filters, filters - kLanes};
  const RowsOf<const BFloat16>& residual = results.residual;
  for (int i = 0; i < block.tiles * kPixels; ++i) {
    const std::int64_t place = block.places[i];
    if (place == TileBlock::kNowhere) continue;
    Vec values[2] = {};
    unrolled<2>([&](int half) __attribute__((always_inline)) {
      if (counts[half] <= 0) return;  // there are no such sums
      values[half] = load(sums + i * kPanelFilters + half * kLanes) + biases[half];
      if (residual.data)
        values[half] +=
            load_up_to(residual.data + place * residual.stride + k + half * kLanes, counts[half]);
    });
    F{}(values);
    unrolled<2>([&](int half) __attribute__((always_inline)) {
      BFloat16* to = results.y.data + place * results.y.stride + k + half * kLanes;
      if (counts[half] > 0) store_up_to(to, values[half], counts[half]);
    });
  }
}

}  // namespace

void multiply(const BFloat16Filter& filter, const WindowsOf<BFloat16>& windows, int runs,
              std::int64_t run_step, std::int64_t pixels, const ResultsOf<BFloat16>& results,
              Upcoming upcoming) {
  static_assert(kLanes == kFilters);
  write_to_memory(windows.data);
  const Tiling tiling(windows, runs, run_step, pixels);
  const Tiles tiles(tiling.tile_pixels());
  Fetch fetch(upcoming, filter.panels() * tiling.blocks());
  with_activation(results.activation, [&]<class F>(F) {
    alignas(64) float sums[kBlockPixels * kPanelFilters];
    const auto multiply_panels = [&](int first, int end) {
      for (std::int64_t b = 0; b < tiling.blocks(); ++b) {
        const TileBlock block = tiling.block(b);
        Rest rest(filter, block, windows.step, windows.row, tiling.tile_pixels());
        for (int p = first; p < end; ++p) {
          fetch.next();
          const int k = p * kPanelFilters, filters = filter.K() - k;
          const auto multiply_some = [&]<int pixel_tiles, int filter_tiles>() {
            multiply_block<pixel_tiles, filter_tiles>(filter, p, block, windows.step, windows.row,
                                                      rest, sums);
          };
          const bool has_two = filters > kFilters;
          if (block.tiles == 2)
            has_two ? multiply_some.template operator()<2, 2>()
                    : multiply_some.template operator()<2, 1>();
          else
            has_two ? multiply_some.template operator()<1, 2>()
                    : multiply_some.template operator()<1, 1>();
          finish_block<F>(sums, block, filter.bias(p), k, filters, results);
        }
      }
    };
    for_groups(filter.panels(), filter.bytes(), kStaysInCache, multiply_panels);
  });
}

#else

void multiply(const BFloat16Filter&, const WindowsOf<BFloat16>&, int, std::int64_t, std::int64_t,
              const ResultsOf<BFloat16>&, Upcoming) {
  throw std::logic_error("this program is not compiled for a CPU with matrix tiles");
}

#endif

}  // namespace nanopneumo::cpu::tiled
