#include "kernels/cpu/tiled/separable.h"

#include "kernels/cpu/parallel.h"

namespace nanopneumo::cpu::tiled {
namespace {

/// Pixels for which a panel of the pointwise filters is read once.
constexpr int kBandPixels = 8 * kTileRows;

/// The depthwise result of some rows of output.
struct Band {
  int rows;
  std::int64_t
      stride;  ///< floats of a pixel: one register more than it needs, so that neighbours do not fall into
               ///< the same few sets of the first-level cache
  Band(const ChannelwiseDims& d)
      : rows(std::max(1, kBandPixels / d.Q())),
        stride((d.C + kLanes - 1) / kLanes * kLanes + kLanes) {}
  std::int64_t floats(int Q) const { return rows * Q * stride; }
};

}  // namespace

std::size_t separable_workspace_bytes(Stream& stream, const ChannelwiseDims& d) {
  return static_cast<std::size_t>(Band(d).floats(d.Q()) * cpu_stream(stream).threads()) *
         sizeof(float);
}

void separable_forward(Stream& stream, const ChannelwiseDims& d, ConstRows x,
                       const DepthwiseFilter& depthwise, Activation depthwise_activation,
                       const Filter& pointwise, const Results& results) {
  const int P = d.P(), Q = d.Q();
  const Band band(d);
  auto* memory =
      static_cast<float*>(cpu_stream(stream).workspace(separable_workspace_bytes(stream, d)));
  const std::int64_t rows = std::int64_t{d.N} * P;
  const int threads = static_cast<int>(std::min<std::int64_t>(rows, cpu_stream(stream).threads()));
  parallel_for(stream, threads, [&, memory](std::int64_t thread) {
    float* own = memory + thread * band.floats(Q);
    const Range share(rows, static_cast<int>(thread), threads);
    for (std::int64_t first = share.begin; first < share.end; first += band.rows) {
      const std::int64_t end = std::min(share.end, first + band.rows);
      for (std::int64_t row = first; row < end; ++row)
        depthwise_row(d, {x.data + row / P * d.H * d.W * x.stride, x.stride}, depthwise,
                      depthwise_activation, static_cast<int>(row % P),
                      {own + (row - first) * Q * band.stride, band.stride});
      multiply(pointwise, {own, band.stride, 0}, 1, 0, (end - first) * Q, results.from(first * Q));
    }
  });
}

}  // namespace nanopneumo::cpu::tiled
