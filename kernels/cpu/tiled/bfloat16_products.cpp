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
  void copy(const BFloat16Filter& filter, const TileBlock& block,
            const WindowsOf<BFloat16>& windows, int tile_pixels) {
    const auto mask = static_cast<__mmask32>((std::uint32_t{1} << filter.rest()) - 1);
    for (int r = 0; r < filter.rests(); ++r)
      for (int tile = 0; tile < 2; ++tile) {
        const BFloat16* from = block.windows[tile] + r * windows.row + filter.rest_begin();
        BFloat16* to = memory_ + (r * kBlockPixels + tile * kPixels) * kDepth;
        for (int i = 0; i < tile_pixels; ++i, from += windows.step, to += kDepth)
          _mm512_store_si512(to, _mm512_maskz_loadu_epi16(mask, from));
      }
    write_to_memory(memory_);
  }
  const BFloat16* at(int r) const { return memory_ + r * kBlockPixels * kDepth; }

 private:
  alignas(64) BFloat16
      memory_[BFloat16Filter::kMostRows * kBlockPixels * kDepth];  // only what is needed is written
};

/// sums += the next tiles of two times 16 pixels times those of two times 16 filters.
[[gnu::always_inline]] inline void add_products(const BFloat16* x0, const BFloat16* x1,
                                                std::int64_t step, const BFloat16* w) {
  const std::int64_t bytes = step * std::int64_t{sizeof(BFloat16)};
  _tile_loadd(6, w, kRowBytes);
  _tile_loadd(7, w + BFloat16Filter::kTileSize, kRowBytes);
  _tile_loadd(4, x0, bytes);
  _tile_dpbf16ps(0, 4, 6);
  _tile_dpbf16ps(1, 4, 7);
  _tile_loadd(5, x1, bytes);
  _tile_dpbf16ps(2, 5, 6);
  _tile_dpbf16ps(3, 5, 7);
}

/// What becomes of the sums of a block, some pixels at a time: while matrix tiles multiply the next block, the other units
/// of the processor have nothing else to do. Always of kBlockPixels, of which some may be nowhere.
template <class F, bool has_residual>
class Finish {
 public:
  explicit Finish(const ResultsOf<BFloat16>& results) : results_(results) {}

  /// Sums of a block and the filters of panel number p, (pixels, 32); those before must be finished.
  void begin(const float* sums, const TileBlock& block, const BFloat16Filter& filter, int p) {
    sums_ = sums;
    place_ = block.places;
    bias_[0] = load(filter.bias(p));
    bias_[1] = load(filter.bias(p) + kLanes);
    k_ = p * kPanelFilters;
    const int filters = std::min(kPanelFilters, filter.K() - k_);
    mask_ = static_cast<__mmask32>((std::uint64_t{1} << filters) - 1);
  }

  template <int pixels>
  [[gnu::always_inline]] void next() {
    unrolled<pixels>([&](int i) __attribute__((always_inline)) {
      finish(place_[i], sums_ + i * kPanelFilters);
    });
    place_ += pixels;
    sums_ += pixels * kPanelFilters;
  }
  void all() {
    for (int i = 0; i < kBlockPixels / 4; ++i) next<4>();
  }

 private:
  [[gnu::always_inline]] void finish(std::int32_t place, const float* sums) const {
    const std::int32_t is_nowhere = place >> 31;  // all bits, or none
    const auto mask = static_cast<__mmask32>(mask_ & static_cast<std::uint32_t>(~is_nowhere));
    const std::int64_t pixel = place & ~is_nowhere;
    Vec values[2] = {load(sums) + bias_[0], load(sums + kLanes) + bias_[1]};
    if constexpr (has_residual) {
      const BFloat16* from = results_.residual.data + pixel * results_.residual.stride + k_;
      const __m256i first = _mm256_maskz_loadu_epi16(static_cast<__mmask16>(mask), from);
      const __m256i second =
          _mm256_maskz_loadu_epi16(static_cast<__mmask16>(mask >> kLanes), from + kLanes);
      values[0] += widen(std::bit_cast<HalfVec>(first));
      values[1] += widen(std::bit_cast<HalfVec>(second));
    }
    F{}(values);
    _mm512_mask_storeu_epi16(results_.y.data + pixel * results_.y.stride + k_, mask,
                             reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(values[1], values[0])));
  }

  const ResultsOf<BFloat16> results_;
  const float* sums_ = nullptr;
  const std::int32_t* place_ = nullptr;
  Vec bias_[2];
  int k_ = 0;
  __mmask32 mask_ = 0;
};

/// Calls body(finish), which is compiled for each activation, with and without a residual.
template <class Body>
void with_finish(const ResultsOf<BFloat16>& results, const Body& body) {
  with_activation(results.activation, [&]<class F>(F) {
    const auto call = [&]<bool has_residual>() {
      Finish<F, has_residual> finish(results);
      body(finish);
    };
    results.residual.data ? call.template operator()<true>() : call.template operator()<false>();
  });
}

/// Stores a tile that nobody wants. After 33 steps of two times two tiles without a store, some 2100 cycles, Granite Rapids
/// takes 1000 cycles for the next one (docs/tiled.md).
[[gnu::always_inline]] inline void keep_stores_awake(float* nobody_reads_it) {
  _tile_stored(4, nobody_reads_it, kRowBytes);
}

/// Finishes a block while next() multiplies: in each round so many times and each time so many pixels.
template <int steps, int pixels, class SomeFinish, class Next>
[[gnu::always_inline]] inline void finish_while(SomeFinish& finish, const Next& next, float* sums) {
  for (int i = 0; i < kBlockPixels / (steps * pixels); ++i) {
    unrolled<steps>([&](int) __attribute__((always_inline)) {
      next();
      finish.template next<pixels>();
    });
    if (i * steps % 16 == 16 - steps) keep_stores_awake(sums);
  }
}

/// The sums of a block and the filters of panel number p, (pixels, 32). Meanwhile those of the block before are finished.
template <class SomeFinish>
void multiply_block(const BFloat16Filter& filter, int p, const TileBlock& block,
                    const WindowsOf<BFloat16>& windows, const Rest& rest, float* sums,
                    SomeFinish& finish) {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  const BFloat16* w = filter.panel(p);
  const auto multiply = [&](const BFloat16* x0, const BFloat16* x1, std::int64_t step)
      __attribute__((always_inline)) {
    add_products(x0, x1, step, w);
    w += 2 * BFloat16Filter::kTileSize;
  };
  const BFloat16Filter::Step *step = filter.steps().data(), *end = step + filter.steps().size();
  const auto next = [&]() __attribute__((always_inline)) {
    const std::int64_t offset =
        step->row * windows.row + step->column * windows.column + step->first;
    ++step;
    multiply(block.windows[0] + offset, block.windows[1] + offset, windows.step);
  };
  // As many pixels with each step as it takes to finish all of them, in loops of few rounds.
  const auto steps = end - step;
  if (steps >= kBlockPixels)
    finish_while<4, 1>(finish, next, sums);
  else if (steps >= kBlockPixels / 2)
    finish_while<2, 2>(finish, next, sums);
  else if (steps >= kBlockPixels / 4)
    finish_while<1, 4>(finish, next, sums);
  else if (steps >= kBlockPixels / 8)
    finish_while<1, 8>(finish, next, sums);
  constexpr int kAtOnce = 8;
  while (end - step >= kAtOnce) {
    unrolled<kAtOnce>([&](int) __attribute__((always_inline)) { next(); });
    if ((end - step) / kAtOnce % 2 == 0) keep_stores_awake(sums);
  }
  while (step < end) next();
  for (int r = 0; r < filter.rests(); ++r) {
    const BFloat16* copy = rest.at(r);
    multiply(copy, copy + kPixels * kDepth, kDepth);
  }
  if (steps < kBlockPixels / 8) finish.all();  // the tiles are busy meanwhile
  constexpr int kPixelBytes = kPanelFilters * sizeof(float);
  float* second = sums + kPixels * kPanelFilters;
  _tile_stored(0, sums, kPixelBytes);
  _tile_stored(1, sums + kFilters, kPixelBytes);
  _tile_stored(2, second, kPixelBytes);
  _tile_stored(3, second + kFilters, kPixelBytes);
}

}  // namespace

void multiply(const BFloat16Filter& filter, const WindowsOf<BFloat16>& windows, const Grid& grid,
              const ResultsOf<BFloat16>& results, Upcoming upcoming) {
  static_assert(kLanes == kFilters);
  write_to_memory(windows.data);
  const Tiling tiling(windows, grid);
  const Tiles tiles(tiling.tile_pixels());
  Fetch fetch(upcoming, filter.panels() * tiling.blocks());
  with_finish(results, [&](auto& finish) {
    // Of the block that is multiplied and of the one that is finished.
    alignas(64) float sums[2][kBlockPixels * kPanelFilters] = {};
    TileBlock blocks[2], nothing;
    std::ranges::fill(nothing.places, TileBlock::kNowhere);
    Rest rest;
    int turn = 0;
    const auto multiply_panels = [&](int first, int end) {
      finish.begin(sums[1 - turn], nothing, filter, first);
      for (std::int64_t b = 0; b < tiling.blocks(); ++b) {
        TileBlock& block = blocks[b % 2];
        block = tiling.block(b);
        rest.copy(filter, block, windows, tiling.tile_pixels());
        for (int p = first; p < end; ++p, turn = 1 - turn) {
          fetch.next();
          multiply_block(filter, p, block, windows, rest, sums[turn], finish);
          finish.begin(sums[turn], block, filter, p);
        }
      }
      finish.all();
    };
    for_groups(filter.panels(), filter.bytes(), kStaysInCache, multiply_panels);
  });
}

#else

void multiply(const BFloat16Filter&, const WindowsOf<BFloat16>&, const Grid&,
              const ResultsOf<BFloat16>&, Upcoming) {
  throw std::logic_error("this program is not compiled for a CPU with matrix tiles");
}

#endif

}  // namespace nanopneumo::cpu::tiled
