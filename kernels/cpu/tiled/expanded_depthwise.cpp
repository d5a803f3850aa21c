#include "kernels/cpu/tiled/expanded_depthwise.h"

#include "kernels/cpu/parallel.h"
#include "kernels/cpu/tiled/row_sums.h"

namespace nanopneumo::cpu::tiled {
namespace {

/// Channels of a group: two cache lines of floats, and one panel with registers of 16 floats and of matrix tiles.
constexpr int kChannels = 32;

/// The depthwise convolution of some rows of one image's output, which is one of the rows of x that they read: rows
/// outside the image are padding still.
struct Strip {
  ChannelwiseDims dims;
  int first_row;  ///< of the image

  Strip(const ChannelwiseDims& d, int p, int rows)
      : dims(d), first_row(std::max(0, top(d.window, p))) {
    Window& w = dims.window;
    const int end = top(w, p + rows - 1) + w.R, end_row = std::min(d.H, end);
    w.pad.top = first_row - top(w, p);
    w.pad.bottom = end - end_row;
    dims.N = 1;
    dims.H = std::max(0, end_row - first_row);
  }

 private:
  static int top(const Window& w, int p) { return p * w.stride_h - w.pad.top; }
};

/// Rows of x that some rows of output read, those outside the image included.
int rows_read(const Window& w, int rows) { return (rows - 1) * w.stride_h + w.R; }

/// Rows of output whose expanded channels stay in the second-level cache.
template <class E>
int strip_rows(const ChannelwiseDims& d) {
  constexpr std::size_t kBytes = std::max(kStaysInCache, kGroupOfFloats);
  const auto rows =
      static_cast<int>(kBytes / (static_cast<std::size_t>(d.W) * kChannels * sizeof(E)));
  return std::clamp((rows - d.window.R) / d.window.stride_h + 1, 1, d.P());
}

/// Elements of a strip's expanded channels.
template <class E>
std::int64_t strip_size(const ChannelwiseDims& d) {
  return std::int64_t{rows_read(d.window, strip_rows<E>(d))} * d.W * kChannels;
}

/// Columns [first, first + count) of some rows of K numbers.
std::vector<float> columns(std::span<const float> w, int K, int first, int count) {
  std::vector<float> result;
  for (std::size_t row = 0; row < w.size(); row += static_cast<std::size_t>(K)) {
    const auto part =
        w.subspan(row + static_cast<std::size_t>(first), static_cast<std::size_t>(count));
    result.insert(result.end(), part.begin(), part.end());
  }
  return result;
}

}  // namespace

template <class E>
std::vector<ExpansionGroup<E>> expansion_groups(const ChannelwiseDims& d, int C,
                                                std::span<const float> w,
                                                std::span<const float> bias,
                                                std::span<const float> depthwise_w,
                                                std::span<const float> depthwise_bias) {
  std::vector<ExpansionGroup<E>> groups;
  for (int first = 0; first < d.C; first += kChannels) {
    const int count = std::min(kChannels, d.C - first);
    const auto part = [&](std::span<const float> numbers) {
      return columns(numbers, d.C, first, count);
    };
    groups.push_back({first, FilterOf<E>({}, C, count, part(w), part(bias)),
                      DepthwiseFilter(d.window, count, part(depthwise_w), part(depthwise_bias))});
  }
  return groups;
}

template <class E>
std::size_t expanded_depthwise_workspace_bytes(Stream& stream, const ChannelwiseDims& d) {
  return static_cast<std::size_t>(strip_size<E>(d) * cpu_stream(stream).threads()) * sizeof(E);
}

template <class E>
void expanded_depthwise_forward(Stream& stream, const ChannelwiseDims& d, RowsOf<const E> x,
                                const std::vector<ExpansionGroup<E>>& groups,
                                Activation expansion_activation, Activation activation, RowsOf<E> y,
                                float* row_sums) {
  const int P = d.P(), Q = d.Q();
  const std::int64_t rows = std::int64_t{d.N} * P, threads = cpu_stream(stream).threads();
  const std::int64_t most =
      std::min<std::int64_t>(strip_rows<E>(d), (rows + threads - 1) / threads);
  auto* memory = static_cast<E*>(
      cpu_stream(stream).workspace(expanded_depthwise_workspace_bytes<E>(stream, d)));
  const std::int64_t size = strip_size<E>(d);

  /// Output rows [row, row + count), which are of one image.
  const auto filter_strip = [&](std::int64_t row, int count, E* expanded) {
    Strip strip(d, static_cast<int>(row % P), count);
    const std::int64_t first_pixel = (row / P * d.H + strip.first_row) * d.W;
    const Grid pixels{std::int64_t{strip.dims.H} * d.W};
    for (const ExpansionGroup<E>& group : groups) {
      const int channels = std::min(kChannels, d.C - group.first);
      if (pixels.pixels > 0)
        multiply(group.expansion, WindowsOf<E>{x.data + first_pixel * x.stride, x.stride}, pixels,
                 ResultsOf<E>{{expanded, channels}, {nullptr, 0}, expansion_activation});
      strip.dims.C = channels;
      const RowsOf<E> filtered{y.data + row * Q * y.stride + group.first, y.stride};
      depthwise_rows<E, E>(strip.dims, {expanded, channels}, group.depthwise, activation, 0, count,
                           filtered);
      if (row_sums)
        sum_rows<E>({filtered.data, filtered.stride}, count, Q, channels,
                    {row_sums + row * d.C + group.first, d.C});
    }
  };
  parallel_pieces(stream, rows, most, [&](const Range& piece, int thread) {
    for (std::int64_t row = piece.begin; row < piece.end;) {
      const auto count = static_cast<int>(std::min(P - row % P, piece.end - row));
      filter_strip(row, count, memory + thread * size);
      row += count;
    }
  });
}

#define NANOPNEUMO_INSTANTIATE(E)                                                              \
  template std::vector<ExpansionGroup<E>> expansion_groups(                                    \
      const ChannelwiseDims&, int, std::span<const float>, std::span<const float>,             \
      std::span<const float>, std::span<const float>);                                         \
  template std::size_t expanded_depthwise_workspace_bytes<E>(Stream&, const ChannelwiseDims&); \
  template void expanded_depthwise_forward(Stream&, const ChannelwiseDims&, RowsOf<const E>,   \
                                           const std::vector<ExpansionGroup<E>>&, Activation,  \
                                           Activation, RowsOf<E>, float*);
NANOPNEUMO_INSTANTIATE(float)
NANOPNEUMO_INSTANTIATE(BFloat16)
#undef NANOPNEUMO_INSTANTIATE

}  // namespace nanopneumo::cpu::tiled
