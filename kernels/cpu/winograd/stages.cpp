#include "kernels/cpu/winograd/stages.h"

#include "kernels/cpu/activation.h"

namespace nanopneumo::cpu::winograd {
namespace {

/// A square of pixels that may reach beyond the image.
struct Square {
  std::int64_t corner;  ///< number of its first pixel, inside the image or not
  int W;
  Inside rows, columns;

  Square(int n, int first_row, int first_column, int size, int H, int W)
      : corner((std::int64_t{n} * H + first_row) * W + first_column),
        W(W),
        rows(first_row, size, H),
        columns(first_column, size, W) {}

  bool is_inside(int size) const {
    return rows.begin == 0 && rows.end == size && columns.begin == 0 && columns.end == size;
  }
  bool has(int i, int j) const { return rows.has(i) && columns.has(j); }
  std::int64_t pixel(int i, int j) const { return corner + std::int64_t{i} * W + j; }
};

/// Calls body(load) with load(i, j): `channels` channels from number c on of a pixel of the square, zero
/// outside the image.
template <class Body>
inline void with_pixels(const Square& square, int size, ConstRows x, int c, int channels,
                        const Body& body) {
  if (square.is_inside(size) && channels >= kLanes)
    body([=, p = x.data + square.corner * x.stride + c, row = square.W * x.stride](int i, int j) {
      return load(p + i * row + j * x.stride);
    });
  else
    body([&](int i, int j) {
      return square.has(i, j) ? load_up_to(x.data + square.pixel(i, j) * x.stride + c, channels)
                              : Vec{};
    });
}

/// Writes `channels` channels from number k on of the tile's outputs.
template <class F>
inline void finish_tile(F f, const Square& square, const float* m, std::int64_t plane, int k,
                        int channels, const Output& out) {
  const Vec bias = out.bias ? load_up_to(out.bias + k, channels) : Vec{};
  transform_output([&](int i, int j) { return load(m + (i * kPatch + j) * plane); },
                   [&](int i, int j, Vec value) {
                     if (!square.has(i, j)) return;
                     const std::int64_t pixel = square.pixel(i, j);
                     value += bias;
                     if (out.residual.data)
                       value += load_up_to(out.residual.data + pixel * out.residual.stride + k,
                                           channels);
                     store_up_to(out.y.data + pixel * out.y.stride + k, f(value), channels);
                   });
}

}  // namespace

void transform_patches(const Tiling& tiling, const TileRange& range, ConstRows x,
                       const PatchLayout& layout, float* v) {
  const std::int64_t plane = layout.plane();
  for (int t = range.begin; t < range.end; ++t) {
    const Tile tile(tiling, range.first + t);
    const Square square(tile.n, tile.p - tiling.top, tile.q - tiling.left, kPatch, tiling.H,
                        tiling.W);
    float* to = v + std::int64_t{t} * kLanes;
    for (int c = 0; c < layout.C; c += kLanes, to += layout.block())
      with_pixels(square, kPatch, x, c, layout.C - c, [&](auto pixel) {
        transform_input(
            pixel, [&](int i, int j, Vec value) { store(to + (i * kPatch + j) * plane, value); });
      });
  }
}

void transform_products(const Tiling& tiling, const TileRange& range, const ProductLayout& layout,
                        const float* m, int panel, const Output& out) {
  with_activation(out.activation, [&](auto f) {
    for (int t = range.begin; t < range.end; ++t) {
      const Tile tile(tiling, range.first + t);
      const Square square(tile.n, tile.p, tile.q, kTile, tiling.P, tiling.Q);
      const float* from = m + std::int64_t{t} * kPanel;
      for (int own = 0; own < layout.panels; ++own, from += layout.panel())
        for (int lane = 0; lane < kPanel; lane += kLanes) {
          const int k = (panel + own) * kPanel + lane;
          if (k < out.K) finish_tile(f, square, from + lane, layout.plane(), k, out.K - k, out);
        }
    }
  });
}

void transform_output_gradients(const Tiling& tiling, const TileRange& range, ConstRows dy, int K,
                                const ProductLayout& layout, float* m, double* sums) {
  const std::int64_t plane = layout.plane();
  for (int t = range.begin; t < range.end; ++t) {
    const Tile tile(tiling, range.first + t);
    const Square square(tile.n, tile.p, tile.q, kTile, tiling.P, tiling.Q);
    for (int k = 0; k < layout.panels * kPanel; k += kLanes) {
      float* to = m + k / kPanel * layout.panel() + std::int64_t{t} * kPanel + k % kPanel;
      const auto write = [&](int i, int j, Vec value) {
        store(to + (i * kPatch + j) * plane, value);
      };
      if (k >= K) {
        for (int position = 0; position < kPositions; ++position)
          store(to + position * plane, Vec{});
        continue;
      }
      Vec sum{};
      with_pixels(square, kTile, dy, k, K - k, [&](auto pixel) {
        const auto add_pixel = [&](int i, int j) {
          const Vec value = pixel(i, j);
          sum += value;
          return value;
        };
        transform_output_gradient(add_pixel, write);
      });
      alignas(Vec) float lanes[kLanes];
      store(lanes, sum);
      for (int lane = 0; lane < kLanes; ++lane) sums[k + lane] += static_cast<double>(lanes[lane]);
    }
  }
}

}  // namespace nanopneumo::cpu::winograd
