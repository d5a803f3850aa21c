#include "kernels/cpu/tiled/bfloat16_filter.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace nanopneumo::cpu::tiled {

using matrix_tiles::kDepth, matrix_tiles::kFilters, matrix_tiles::kPanelFilters;

namespace {

std::vector<BFloat16Filter::Step> steps(const Window& window, int C) {
  const int columns = BFloat16Filter::columns_fill_tiles(C) ? window.S : 1;
  const int depth = window.S / columns * C;
  // The columns of so many channels follow one another: what one reads of an image the next one reads again, and finds it
  // in the first-level cache.
  constexpr int kTogether = 256;
  std::vector<BFloat16Filter::Step> result;
  for (int r = 0; r < window.R; ++r)
    for (int begin = 0; begin < depth; begin += kTogether)
      for (int s = 0; s < columns; ++s)
        for (int i = begin; i + kDepth <= std::min(begin + kTogether, depth); i += kDepth)
          result.push_back({r, s, i});
  return result;
}

}  // namespace

BFloat16Filter::BFloat16Filter(const Window& window, int C, int K, std::span<const float> w,
                               std::span<const float> bias)
    : R_(window.R),
      K_(K),
      depth_(window.S * C),
      steps_(tiled::steps(window, C)),
      memory_(allocate_bytes(static_cast<std::size_t>(panels() * panel_size()) * sizeof(BFloat16))),
      bias_(allocate_floats(std::int64_t{panels()} * kPanelFilters)) {
  if (R_ > kMostRows)
    throw std::logic_error("a window of " + std::to_string(R_) + " rows; matrix tiles take 16");
  std::fill_n(weights(), panels() * panel_size(), BFloat16{});
  const auto set_tile = [&](std::int64_t tile, Step step, int count) {
    for (int i = 0; i < count; ++i) {
      const std::int64_t number =
          std::int64_t{step.row} * depth_ + std::int64_t{step.column} * C + step.first + i;
      for (int k = 0; k < K; ++k) set(tile, i, k, w[static_cast<std::size_t>(number * K + k)]);
    }
  };
  std::int64_t tile = 0;
  for (const Step step : steps_) set_tile(tile++, step, kDepth);
  for (int r = 0; r < rests(); ++r) set_tile(tile++, {r, 0, rest_begin()}, rest());
  std::fill_n(bias_.get(), panels() * kPanelFilters, 0.0f);
  std::ranges::copy(bias, bias_.get());
}

void BFloat16Filter::set(std::int64_t tile, int depth, int k, float weight) {
  BFloat16* pair = weights() + k / kPanelFilters * panel_size() +
                   (2 * tile + k % kPanelFilters / kFilters) * kTileSize +
                   (depth / 2 * kFilters + k % kFilters) * 2;
  pair[depth % 2] = from_float<BFloat16>(weight);
}

}  // namespace nanopneumo::cpu::tiled
