#include "kernels/cpu/tiled/products.h"

#include <array>

#include "kernels/cpu/activation.h"
#include "kernels/cpu/parallel.h"

namespace nanopneumo::cpu::tiled {
namespace {

/// Filters of up to so many bytes stay in the second-level cache of any CPU today, beside the pixels they are
/// multiplied with. They are read anew for each tile, so that the results are written pixel by pixel; of larger ones a
/// panel is read for many tiles before the next one.
constexpr std::size_t kStays = 256 * 1024;

/// One panel of the filters.
struct Panel {
  const float *w, *bias;
  int R;
  std::int64_t depth;
  int first, channels;  ///< of K
};

/// Asks for what the end of a tile will read and write, so that it is there by then: neighbours in a column of y are
/// too far apart for the processor to foresee them.
template <int rows>
[[gnu::always_inline]] inline void prefetch(const Panel& panel, const Results& results) {
  constexpr int kWrite = 1;
  unrolled<rows>([&](int r) __attribute__((always_inline)) {
    const float* y = results.y.data + r * results.y.stride + panel.first;
    __builtin_prefetch(y, kWrite);
    __builtin_prefetch(y + kPanel - 1, kWrite);
    if (results.residual.data && results.residual.data != results.y.data)
      __builtin_prefetch(results.residual.data + r * results.residual.stride + panel.first);
  });
}

template <int rows, class F>
void multiply_tile(const Panel& panel, const Windows& windows, const Results& results) {
  prefetch<rows>(panel, results);
  Vec sums[rows][2] = {};
  for (int r = 0; r < panel.R; ++r)
    add_outer_products(panel.depth, windows.data + r * windows.row, windows.step, 1,
                       panel.w + r * panel.depth * kPanel, sums);
  // In variables of our own, which what is written to y cannot change for all the compiler knows.
  const Rows y = results.y;
  const ConstRows residual = results.residual;
  const int first = panel.first, channels = panel.channels;
  const float* const biases = panel.bias;
  // No loops: sums whose number is not known while compiling are in no register.
  unrolled<2>([&](int half) __attribute__((always_inline)) {
    const int k = first + half * kLanes, rest = channels - half * kLanes;
    if (rest <= 0) return;
    const Vec bias = load(biases + half * kLanes);
    unrolled<rows>([&](int r) __attribute__((always_inline)) {
      Vec sum = sums[r][half] + bias;
      if (residual.data) sum += load_up_to(residual.data + r * residual.stride + k, rest);
      store_up_to(y.data + r * y.stride + k, F{}(sum), rest);
    });
  });
}

template <class F, int... i>
constexpr auto tiles_of(std::integer_sequence<int, i...>) {
  return std::array{&multiply_tile<i + 1, F>...};
}
template <class F>
constexpr auto kTiles = tiles_of<F>(std::make_integer_sequence<int, kTileRows>{});

/// The pixels of a run in tiles whose sizes differ by at most one.
struct Tiles {
  std::int64_t count, smaller,
      larger;  ///< the first `larger` ones have a pixel more than the others
  explicit Tiles(std::int64_t pixels)
      : count((pixels + kTileRows - 1) / kTileRows),
        smaller(pixels / count),
        larger(pixels % count) {}
  std::int64_t begin(std::int64_t tile) const { return tile * smaller + std::min(tile, larger); }
  std::size_t size(std::int64_t tile) const {
    return static_cast<std::size_t>(smaller + (tile < larger));
  }
};

/// Asks for memory, a piece at a time.
class Fetch {
 public:
  Fetch(Upcoming upcoming, std::int64_t pieces)
      : rest_(upcoming), piece_((upcoming.floats / pieces / kCacheLine + 1) * kCacheLine) {}

  void next() {
    constexpr int kRead = 0, kSecondLevel = 2;
    const std::int64_t count = std::min(piece_, rest_.floats);
    for (std::int64_t i = 0; i < count; i += kCacheLine)
      __builtin_prefetch(rest_.data + i, kRead, kSecondLevel);
    rest_.data += count;
    rest_.floats -= count;
  }

 private:
  static constexpr std::int64_t kCacheLine = 64 / sizeof(float);
  Upcoming rest_;
  std::int64_t piece_;
};

}  // namespace

void multiply(const Filter& filter, const Windows& windows, int runs, std::int64_t run_step,
              std::int64_t pixels, const Results& results, Upcoming upcoming) {
  const Tiles tiles(pixels);
  const int count = panels(filter.K());
  Fetch fetch(upcoming, count * runs * tiles.count);
  with_activation(results.activation, [&]<class F>(F) {
    const auto multiply_by = [&](int p, int run, std::int64_t tile) {
      const int first = p * kPanel;
      const Panel panel{filter.panel(p), filter.bias(p), filter.R(),
                        filter.depth(),  first,          std::min(kPanel, filter.K() - first)};
      const std::int64_t begin = tiles.begin(tile);
      Windows own = windows;
      own.data += run * run_step + begin * windows.step;
      fetch.next();
      kTiles<F>[tiles.size(tile) - 1](panel, own, results.from(run * pixels + begin));
    };
    if (filter.bytes() <= kStays) {
      for (int run = 0; run < runs; ++run)
        for (std::int64_t tile = 0; tile < tiles.count; ++tile)
          for (int p = 0; p < count; ++p) multiply_by(p, run, tile);
    } else {
      for (int p = 0; p < count; ++p)
        for (int run = 0; run < runs; ++run)
          for (std::int64_t tile = 0; tile < tiles.count; ++tile) multiply_by(p, run, tile);
    }
  });
}

}  // namespace nanopneumo::cpu::tiled
