// The weights of a convolution in bfloat16, in the order in which bfloat16_products.cpp reads them.
#pragma once

#include <span>
#include <type_traits>

#include "kernels/cpu/aligned_memory.h"
#include "kernels/cpu/bfloat16.h"
#include "kernels/cpu/tiled/filter.h"
#include "kernels/cpu/tiled/matrix_tiles.h"
#include "kernels/dims.h"

namespace nanopneumo::cpu::tiled {

/// For each panel of 32 filters and each row of the window: S * C numbers deep, filled up with zeros to whole tiles, two
/// tiles side by side each time. A tile has pairs of numbers of one filter side by side: (depth / 2, filters, 2).
class BFloat16Filter {
 public:
  /// w: (R, S, C, K), rounded here; bias: (K), or empty.
  BFloat16Filter(const Window&, int C, int K, std::span<const float> w,
                 std::span<const float> bias);

  /// Of a window.
  static constexpr int kMostRows = 16;

  int R() const { return R_; }
  int K() const { return K_; }
  int panels() const {
    return (K_ + matrix_tiles::kPanelFilters - 1) / matrix_tiles::kPanelFilters;
  }
  /// Numbers of a row of the window, S * C, and the tiles that they fill.
  int depth() const { return depth_; }
  int tiles() const { return (depth_ + matrix_tiles::kDepth - 1) / matrix_tiles::kDepth; }

  static constexpr std::int64_t kTileSize =
      std::int64_t{matrix_tiles::kDepth} * matrix_tiles::kFilters;
  const BFloat16* panel(int p) const { return weights() + p * panel_size(); }
  const float* bias(int p) const { return bias_.get() + p * matrix_tiles::kPanelFilters; }
  std::size_t bytes() const {
    return static_cast<std::size_t>(panels() * panel_size()) * sizeof(BFloat16) +
           static_cast<std::size_t>(panels()) * matrix_tiles::kPanelFilters * sizeof(float);
  }

 private:
  std::int64_t panel_size() const { return R_ * tiles() * 2 * kTileSize; }
  BFloat16* weights() const { return reinterpret_cast<BFloat16*>(memory_.get()); }

  int R_, K_, depth_;
  AlignedBytes memory_;
  AlignedFloats bias_;
};

template <class E>
using FilterOf = std::conditional_t<std::is_same_v<E, float>, Filter, BFloat16Filter>;

}  // namespace nanopneumo::cpu::tiled
