// What max pooling shares with the operation that normalises before it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "kernels/cpu/channel_blocks.h"
#include "kernels/cpu/window_axis.h"

namespace nanopneumo::cpu {

/// The largest values so far, and their places, for a block of channels.
struct Largest {
  float value[kChannelBlock];
  std::int32_t place[kChannelBlock];

  explicit Largest(int first_place) {
    std::fill_n(value, kChannelBlock, -std::numeric_limits<float>::infinity());
    std::fill_n(place, kChannelBlock, first_place);
  }

  /// Compares with value_of(c) for `size` channels. A NaN is taken, and once taken it stays.
  template <class ValueOf>
  void update(int size, std::int32_t here, ValueOf value_of) {
#pragma omp simd
    for (int c = 0; c < size; ++c) {
      const float candidate = value_of(c);
      const bool take = !(candidate <= value[c]) & (value[c] == value[c]);
      value[c] = take ? candidate : value[c];
      place[c] = take ? here : place[c];
    }
  }
};

/// Row number `nh` of the N * H rows of max pooling's dx, (W, C). Each pixel collects from the windows over
/// it: it is written once, whatever overlaps.
inline void max_pool_gradient_row(const ChannelwiseDims& d, const std::uint8_t* argmax,
                                  const float* dy, std::int64_t nh, float* row) {
  const Axis rows = row_axis(d), columns = column_axis(d);
  const int C = d.C, Q = d.Q(), S = d.window.S, h = static_cast<int>(nh % d.H);
  const std::int64_t image = nh / d.H * d.P() * Q * C;
  const Span ps = rows.windows_over(h);
  for (int w = 0; w < d.W; ++w, row += C) {
    const Span qs = columns.windows_over(w);
    if (ps.size() <= 0 || qs.size() <= 0) std::fill_n(row, C, 0.0f);
    for (int p = ps.first; p < ps.last; ++p)
      for (int q = qs.first; q < qs.last; ++q) {
        const std::int32_t here = rows.place(p, h) * S + columns.place(q, w);
        const std::int64_t window = image + (std::int64_t{p} * Q + q) * C;
        const std::uint8_t* place = argmax + window;
        const float* gradient = dy + window;
        if (p == ps.first && q == qs.first) {
#pragma omp simd
          for (int c = 0; c < C; ++c) row[c] = place[c] == here ? gradient[c] : 0.0f;
        } else {
#pragma omp simd
          for (int c = 0; c < C; ++c) row[c] += place[c] == here ? gradient[c] : 0.0f;
        }
      }
  }
}

}  // namespace nanopneumo::cpu
