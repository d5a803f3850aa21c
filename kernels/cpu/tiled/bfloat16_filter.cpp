#include "kernels/cpu/tiled/bfloat16_filter.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace nanopneumo::cpu::tiled {

using matrix_tiles::kDepth, matrix_tiles::kFilters, matrix_tiles::kPanelFilters;

BFloat16Filter::BFloat16Filter(const Window& window, int C, int K, std::span<const float> w,
                               std::span<const float> bias)
    : R_(window.R),
      K_(K),
      depth_(window.S * C),
      memory_(allocate_bytes(static_cast<std::size_t>(panels() * panel_size()) * sizeof(BFloat16))),
      bias_(allocate_floats(std::int64_t{panels()} * kPanelFilters)) {
  if (R_ > kMostRows)
    throw std::logic_error("a window of " + std::to_string(R_) + " rows; matrix tiles take 16");
  std::fill_n(weights(), panels() * panel_size(), BFloat16{});
  for (int r = 0; r < R_; ++r)
    for (int i = 0; i < depth_; ++i)
      for (int k = 0; k < K; ++k) {
        const int half = k % kPanelFilters / kFilters;
        const std::int64_t tile = (std::int64_t{k / kPanelFilters} * R_ + r) * tiles() + i / kDepth;
        const int place = i % kDepth / 2 * kFilters * 2 + k % kFilters * 2 + i % 2;
        weights()[(tile * 2 + half) * kTileSize + place] = from_float<BFloat16>(
            w[static_cast<std::size_t>((std::int64_t{r} * depth_ + i) * K + k)]);
      }
  std::fill_n(bias_.get(), panels() * kPanelFilters, 0.0f);
  std::ranges::copy(bias, bias_.get());
}

}  // namespace nanopneumo::cpu::tiled
