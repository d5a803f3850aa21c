// The weights of a convolution in bfloat16, in the order in which bfloat16_products.cpp reads them.
#pragma once

#include <span>
#include <type_traits>
#include <vector>

#include "kernels/cpu/aligned_memory.h"
#include "kernels/cpu/bfloat16.h"
#include "kernels/cpu/tiled/filter.h"
#include "kernels/cpu/tiled/matrix_tiles.h"
#include "kernels/dims.h"

namespace nanopneumo::cpu::tiled {

/// For each panel of 32 filters the weights of its steps() and then of its rests(), two tiles of 16 filters each time. A
/// tile has pairs of numbers of one filter side by side: (depth / 2, filters, 2).
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
  /// Numbers of a window that fill a tile: those from number `first` on of a column of its. Where columns do not fill
  /// tiles, all of a row are one, and have to be side by side.
  struct Step {
    std::int32_t row, column, first;
  };
  std::span<const Step> steps() const { return steps_; }
  static bool columns_fill_tiles(int C) { return C % matrix_tiles::kDepth == 0; }
  /// At the end of each row of the window so many numbers do not fill a tile, and are filled up with zeros.
  int rest() const { return depth_ % matrix_tiles::kDepth; }
  int rests() const { return rest() > 0 ? R_ : 0; }
  /// Where the rest begins in a row.
  int rest_begin() const { return depth_ - rest(); }

  static constexpr std::int64_t kTileSize =
      std::int64_t{matrix_tiles::kDepth} * matrix_tiles::kFilters;
  const BFloat16* panel(int p) const { return weights() + p * panel_size(); }
  const float* bias(int p) const { return bias_.get() + p * matrix_tiles::kPanelFilters; }
  std::size_t bytes() const {
    return static_cast<std::size_t>(panels() * panel_size()) * sizeof(BFloat16) +
           static_cast<std::size_t>(panels()) * matrix_tiles::kPanelFilters * sizeof(float);
  }

 private:
  std::int64_t tiles() const { return static_cast<std::int64_t>(steps_.size()) + rests(); }
  std::int64_t panel_size() const { return tiles() * 2 * kTileSize; }
  /// Writes one number of filter k into tile number `tile` of its panel.
  void set(std::int64_t tile, int depth, int k, float weight);
  BFloat16* weights() const { return reinterpret_cast<BFloat16*>(memory_.get()); }

  int R_, K_, depth_;  ///< depth: numbers of a row of the window, S * C
  std::vector<Step> steps_;
  AlignedBytes memory_;
  AlignedFloats bias_;
};

template <class E>
using FilterOf = std::conditional_t<std::is_same_v<E, float>, Filter, BFloat16Filter>;

}  // namespace nanopneumo::cpu::tiled
