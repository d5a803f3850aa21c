// How the images of a convolution are cut into tiles, and the memory that transformed tiles lie in.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/cpu/outer_products.h"
#include "kernels/cpu/rows.h"
#include "kernels/cpu/winograd/transforms.h"
#include "kernels/dims.h"

namespace nanopneumo::cpu::winograd {

/// 3x3 windows at stride 1 from images of H x W pixels to images of P x Q pixels. `top` and `left` are the
/// rows and columns that the first window begins before the image (negative: after it).
struct Tiling {
  int N, H, W, P, Q, top, left;

  int rows() const { return (P + kTile - 1) / kTile; }
  int columns() const { return (Q + kTile - 1) / kTile; }
  /// Tiles of all images, numbered image by image and row by row.
  std::int64_t count() const { return std::int64_t{N} * rows() * columns(); }
};

inline Tiling forward_tiling(const ConvDims& d) {
  return {d.N, d.H, d.W, d.P(), d.Q(), d.window.pad.top, d.window.pad.left};
}

/// Where tile number `index` lies.
struct Tile {
  int n, p, q;  ///< image; the tile's first output pixel
  Tile(const Tiling& t, std::int64_t index) {
    const std::int64_t row = index / t.columns();
    q = static_cast<int>(index % t.columns()) * kTile;
    p = static_cast<int>(row % t.rows()) * kTile;
    n = static_cast<int>(row / t.rows());
  }
};

inline int blocks(int C) { return (C + kLanes - 1) / kLanes; }

/// Transformed tiles of C channels: for each of the 36 positions (blocks of C, tiles, kLanes). The planes
/// lie one register apart from a multiple of their size, so that the 36 values of a tile do not fall into
/// the same few sets of the first-level cache.
struct PatchLayout {
  int C, tiles;
  std::int64_t block() const { return std::int64_t{tiles} * kLanes; }
  std::int64_t plane() const { return blocks(C) * block() + kLanes; }
  std::int64_t size() const { return kPositions * plane(); }
};

/// Products: for each of the 36 positions (panels, tiles, kPanel).
struct ProductLayout {
  int panels, tiles;
  std::int64_t panel() const { return std::int64_t{tiles} * kPanel; }
  std::int64_t plane() const { return panels * panel() + kLanes; }
  std::int64_t size() const { return kPositions * plane(); }
};

/// Transformed filters: (panels of K, 36, C + 1, kPanel). The row that is left empty is again for the cache.
struct FilterLayout {
  int C, K;
  std::int64_t position() const { return std::int64_t{C + 1} * kPanel; }
  std::int64_t panel() const { return kPositions * position(); }
  std::int64_t size() const { return panels(K) * panel(); }
};

}  // namespace nanopneumo::cpu::winograd
