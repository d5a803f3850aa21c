// What max pooling shares with the operation that normalises before it.
#pragma once

#include <cstdint>
#include <limits>

#include "kernels/cpu/vector.h"
#include "kernels/cpu/window_axis.h"

namespace nanopneumo::cpu {

/// The largest values so far, and their places, for as many channels as a register holds.
struct Largest {
  Vec value = broadcast(-std::numeric_limits<float>::infinity());
  IntVec place;

  explicit Largest(int first_place) : place(IntVec{} + first_place) {}

  /// A NaN is taken, and once taken it stays.
  void update(Vec candidate, int here) {
    const IntVec take = ~(candidate <= value) & (value == value);
    value = take ? candidate : value;
    place = take ? IntVec{} + here : place;
  }
};

/// Whether no pixel is in two windows, as in most networks.
inline bool are_apart(const Window& w) {
  return w.stride_h >= w.R && w.stride_w >= w.S && w.pad == Padding2D{};
}

/// for_each_gradient where the windows are apart: what is known of a window is read once for its pixels of a row.
template <class Body>
void for_each_gradient_apart(const ChannelwiseDims& d, const std::uint8_t* argmax, const float* dy,
                             std::int64_t nh, const Body& body) {
  const Window& window = d.window;
  const int C = d.C, h = static_cast<int>(nh % d.H), stride = window.stride_w;
  const int p = h / window.stride_h, r = h % window.stride_h;
  const int Q = p < d.P() && r < window.R ? d.Q() : 0;
  const std::int64_t row = nh * d.W, first = (nh / d.H * d.P() + p) * Q * C;
  for (int q = 0; q < Q; ++q)
    for (int c = 0; c < C; c += kLanes) {
      const std::int64_t at = first + std::int64_t{q} * C + c;
      const IntVec place = load_bytes_up_to(argmax + at, C - c);
      const Vec gradient = load_up_to(dy + at, C - c);
      const std::int64_t pixel = row + std::int64_t{q} * stride;
      for (int s = 0; s < window.S; ++s)
        body(pixel + s, c, place == IntVec{} + (r * window.S + s) ? gradient : Vec{});
      for (int s = window.S; s < std::min(stride, d.W - q * stride); ++s) body(pixel + s, c, Vec{});
    }
  for (int w = Q * stride; w < d.W; ++w)
    for (int c = 0; c < C; c += kLanes) body(row + w, c, Vec{});
}

/// Calls body(pixel, c, g) for each pixel of row number `nh` of the N * H rows of x and the channels from each c on that
/// a register holds: g is max pooling's gradient there. A pixel collects from the windows over it, so that it is written
/// once, whatever overlaps.
template <class Body>
void for_each_gradient(const ChannelwiseDims& d, const std::uint8_t* argmax, const float* dy,
                       std::int64_t nh, const Body& body) {
  if (are_apart(d.window)) return for_each_gradient_apart(d, argmax, dy, nh, body);
  const Axis rows = row_axis(d), columns = column_axis(d);
  const int C = d.C, Q = d.Q(), S = d.window.S, h = static_cast<int>(nh % d.H);
  const std::int64_t image = nh / d.H * d.P() * Q * C;
  const Span ps = rows.windows_over(h);
  for (int w = 0; w < d.W; ++w) {
    const Span qs = columns.windows_over(w);
    for (int c = 0; c < C; c += kLanes) {
      Vec g{};
      for (int p = ps.first; p < ps.last; ++p)
        for (int q = qs.first; q < qs.last; ++q) {
          const int here = rows.place(p, h) * S + columns.place(q, w);
          const std::int64_t window = image + (std::int64_t{p} * Q + q) * C + c;
          const IntVec is_largest = load_bytes_up_to(argmax + window, C - c) == IntVec{} + here;
          g += is_largest ? load_up_to(dy + window, C - c) : Vec{};
        }
      body(nh * d.W + w, c, g);
    }
  }
}

}  // namespace nanopneumo::cpu
