// The sizes every operation needs, in the letters of the literature:
// N images, H x W pixels, C channels in, K filters out, R x S kernel, P x Q pixels out.
#pragma once

#include <array>
#include <cstdint>

namespace nanopneumo {

/// Pixels added on the four sides of an image.
struct Padding2D {
  int top = 0, bottom = 0, left = 0, right = 0;
  bool operator==(const Padding2D&) const = default;
  friend Padding2D operator+(const Padding2D& a, const Padding2D& b) {
    return {a.top + b.top, a.bottom + b.bottom, a.left + b.left, a.right + b.right};
  }
};

/// What slides over an image: kernel R x S, strides, zero padding per side. Shared by convolution,
/// depthwise convolution and pooling.
struct Window {
  int R = 1, S = 1;
  int stride_h = 1, stride_w = 1;
  Padding2D pad;
  bool operator==(const Window&) const = default;

  /// Output rows for H input rows: floor((H + pad - R) / stride) + 1.
  int rows_out(int H) const { return (H + pad.top + pad.bottom - R) / stride_h + 1; }
  /// Output columns for W input columns.
  int columns_out(int W) const { return (W + pad.left + pad.right - S) / stride_w + 1; }
};

/// Whether a convolution is one product of matrices, pixels times channels: no neighbours, no strides.
inline bool is_product(const Window& window) { return window == Window{}; }

/// Whether a convolution is such a product for some of the pixels: a 1x1 window that skips the others.
inline bool skips_pixels(const Window& w) {
  return w == Window{1, 1, w.stride_h, w.stride_w, {}} && !is_product(w);
}

/// 2-D convolution. x: (N, H, W, C), w: (R, S, C, K), y: (N, P, Q, K).
struct ConvDims {
  int N = 1, H = 1, W = 1, C = 1, K = 1;
  Window window;
  bool operator==(const ConvDims&) const = default;

  int P() const { return window.rows_out(H); }
  int Q() const { return window.columns_out(W); }
  std::int64_t input_size() const { return std::int64_t{N} * H * W * C; }
  std::int64_t weight_size() const { return std::int64_t{window.R} * window.S * C * K; }
  std::int64_t output_size() const { return std::int64_t{N} * P() * Q() * K; }
};

/// A window that treats each channel on its own: depthwise convolution, pooling.
/// x: (N, H, W, C), y: (N, P, Q, C); a depthwise kernel is (R, S, C).
struct ChannelwiseDims {
  int N = 1, H = 1, W = 1, C = 1;
  Window window;
  bool operator==(const ChannelwiseDims&) const = default;

  int P() const { return window.rows_out(H); }
  int Q() const { return window.columns_out(W); }
  std::int64_t input_size() const { return std::int64_t{N} * H * W * C; }
  std::int64_t weight_size() const { return std::int64_t{window.R} * window.S * C; }
  std::int64_t output_size() const { return std::int64_t{N} * P() * Q() * C; }
};

/// Fully connected layer. x: (N, C), w: (C, K), y: (N, K).
struct DenseDims {
  int N = 1, C = 1, K = 1;
  bool operator==(const DenseDims&) const = default;
};

/// A matrix of `rows` vectors with C channels: what batch normalisation sees of an (N, H, W, C)
/// tensor (rows = N*H*W) and softmax of a batch of logits (rows = N).
struct RowsDims {
  std::int64_t rows = 1;
  int C = 1;
  bool operator==(const RowsDims&) const = default;
};

/// A factor for each of the up to three channels of an image.
using ChannelFactors = std::array<float, 3>;

/// C neighbouring channels, from `offset` on, of rows that have C_whole of them. A part of a
/// concatenation: its rows are N*H*W, and offset is the number of channels that come before it.
struct SliceDims {
  std::int64_t rows = 1;
  int C = 1, C_whole = 1, offset = 0;
  bool operator==(const SliceDims&) const = default;

  std::int64_t part_size() const { return rows * C; }
  std::int64_t whole_size() const { return rows * C_whole; }
};

/// An image batch (N, H, W, C).
struct ImageDims {
  int N = 1, H = 1, W = 1, C = 1;
  bool operator==(const ImageDims&) const = default;
  std::int64_t size() const { return std::int64_t{N} * H * W * C; }
};

}  // namespace nanopneumo
