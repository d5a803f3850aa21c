// y = largest x in the window, padding ignored; argmax = r*S + s of the first largest.
// dx = sum of the dy whose argmax is this pixel.
#include "kernels/cpu/max_pool.h"

#include "kernels/cpu/channel_blocks.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/window_axis.h"

namespace nanopneumo::cpu {

void max_pool_forward(Stream& stream, const ChannelwiseDims& d, const float* x, float* y,
                      std::uint8_t* argmax) {
  const Axis rows = row_axis(d), columns = column_axis(d);
  const int C = d.C, P = d.P(), Q = d.Q(), S = d.window.S;
  parallel_for(stream, std::int64_t{d.N} * P, [=](std::int64_t np) {
    const int p = static_cast<int>(np % P);
    const Span r_inside = rows.places_inside(p);
    const float* image = x + np / P * d.H * d.W * C;
    for (int q = 0; q < Q; ++q) {
      const Span s_inside = columns.places_inside(q);
      for (int b = 0; b < channel_blocks(C); ++b) {
        const ChannelBlock block(b, C);
        Largest largest(r_inside.first * S + s_inside.first);
        for (int r = r_inside.first; r < r_inside.last; ++r)
          for (int s = s_inside.first; s < s_inside.last; ++s)
            largest.update(block.size, r * S + s,
                           [in = image + (rows.pixel(p, r) * d.W + columns.pixel(q, s)) * C +
                                 block.first](int c) { return in[c]; });
        const std::int64_t out = (np * Q + q) * C + block.first;
        std::copy_n(largest.value, block.size, y + out);
        if (argmax) std::copy_n(largest.place, block.size, argmax + out);
      }
    }
  });
}

void max_pool_gradient(Stream& stream, const ChannelwiseDims& d, const std::uint8_t* argmax,
                       const float* dy, float* dx) {
  const std::int64_t row = std::int64_t{d.W} * d.C;
  parallel_for(stream, std::int64_t{d.N} * d.H,
               [=](std::int64_t nh) { max_pool_gradient_row(d, argmax, dy, nh, dx + nh * row); });
}

}  // namespace nanopneumo::cpu
