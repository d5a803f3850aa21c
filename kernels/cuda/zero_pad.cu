// y: (N, H + top + bottom, W + left + right, C) = x with zeros around it; dx = dy without its border.
#include "kernels/cuda/batches.h"
#include "kernels/cuda/channel_pack.h"
#include "kernels/cuda/fast_divisor.h"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

constexpr int kThreads = 256;

/// How an output image of rows x width numbers shows an input image: its row `first_row` and number
/// `first` are the input's first ones.
struct Placement {
  int in_rows, in_width;
  int rows, width;
  int first_row, first;
};

// out[n, row, i] = in[n, row - first_row, i - first], or zero where there is no such place: padding
// for first >= 0, cropping for first <= 0. A pack of V numbers a thread, each written once. The
// images are those from first_image on; `packs` is the width's divisor and `rows` that of the rows.
template <int V>
__global__ void __launch_bounds__(kThreads)
    place_kernel(Placement place, std::int64_t first_image, int items, FastDivisor packs,
                 FastDivisor rows, const float* in, float* out) {
  const unsigned item = thread_number();
  if (item >= static_cast<unsigned>(items)) return;
  const auto [out_row, pack] = packs.divide_with_remainder(static_cast<int>(item));
  const auto [image, row] = rows.divide_with_remainder(out_row);
  const int in_row = row - place.first_row, i = pack * V - place.first;
  Pack<V> value{};
  if (in_row >= 0 && in_row < place.in_rows && i >= 0 && i < place.in_width)
    value =
        load_pack<V>(in + ((first_image + image) * place.in_rows + in_row) * place.in_width + i);
  store_pack(out + (first_image * place.rows + out_row) * place.width + pack * V, value.at);
}

void place_images(Stream& stream, int N, int C, const Placement& place, const float* in,
                  float* out) {
  with_vector(C % 4 == 0 && is_aligned16(in) && is_aligned16(out), [&](auto width) {
    constexpr int V = decltype(width)::value;
    const FastDivisor packs(place.width / V), rows(place.rows);
    const std::int64_t items_each = std::int64_t{place.rows} * packs.divisor();
    in_batches(N, items_each, [&](std::int64_t first, int images) {
      const auto items = static_cast<int>(images * items_each);
      launch(stream, KERNEL(place_kernel<V>), blocks_for(items, kThreads), kThreads, 0, place,
             first, items, packs, rows, in, out);
    });
  });
}

}  // namespace

void zero_pad_forward(Stream& stream, const ImageDims& d, const Padding2D& pad, const float* x,
                      float* y) {
  place_images(stream, d.N, d.C,
               {.in_rows = d.H,
                .in_width = d.W * d.C,
                .rows = d.H + pad.top + pad.bottom,
                .width = (d.W + pad.left + pad.right) * d.C,
                .first_row = pad.top,
                .first = pad.left * d.C},
               x, y);
}

void zero_pad_gradient(Stream& stream, const ImageDims& d, const Padding2D& pad, const float* dy,
                       float* dx) {
  place_images(stream, d.N, d.C,
               {.in_rows = d.H + pad.top + pad.bottom,
                .in_width = (d.W + pad.left + pad.right) * d.C,
                .rows = d.H,
                .width = d.W * d.C,
                .first_row = -pad.top,
                .first = -pad.left * d.C},
               dy, dx);
}

}  // namespace nanopneumo::GPU_NAMESPACE
