// y = largest x in the window, padding ignored; argmax = r*S + s of the first largest.
// dx = sum of the dy whose argmax is this pixel.
#include "kernels/cpu/max_pool.h"

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
      for (int c = 0; c < C; c += kLanes) {
        Largest largest(r_inside.first * S + s_inside.first);
        for (int r = r_inside.first; r < r_inside.last; ++r)
          for (int s = s_inside.first; s < s_inside.last; ++s)
            largest.update(
                load_up_to(image + (rows.pixel(p, r) * d.W + columns.pixel(q, s)) * C + c, C - c),
                r * S + s);
        const std::int64_t out = (np * Q + q) * C + c;
        store_up_to(y + out, largest.value, C - c);
        if (argmax) store_bytes_up_to(argmax + out, largest.place, C - c);
      }
    }
  });
}

void max_pool_gradient(Stream& stream, const ChannelwiseDims& d, const std::uint8_t* argmax,
                       const float* dy, float* dx) {
  parallel_for(stream, std::int64_t{d.N} * d.H, [=](std::int64_t nh) {
    for_each_gradient(d, argmax, dy, nh, [=](std::int64_t pixel, int c, Vec g) {
      store_up_to(dx + pixel * d.C + c, g, d.C - c);
    });
  });
}

}  // namespace nanopneumo::cpu
