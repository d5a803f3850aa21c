// Bytes to network input. A byte has 256 values, so the arithmetic is done once per value and
// channel and the pixels are looked up.
#include <array>
#include <cstring>

#include "kernels/cpu/image_ops.h"
#include "kernels/cpu/parallel.h"
#include "kernels/preprocess_level.h"

namespace nanopneumo::cpu {
namespace {

/// Three output channels in a row of four, which is one load and one store; the fourth value is where
/// the next pixel's first goes and is overwritten by it.
using TableRow = std::array<float, 4>;
using Table = std::array<TableRow, 256>;

/// One output channel, or with K = 2 one and the mark beside it, of x with C channels.
template <int K>
void normalize_first(const Table& table, int C, const std::uint8_t* x, std::int64_t pixels,
                     float* y) {
  for (std::int64_t i = 0; i < pixels; ++i) {
    y[K * i] = table[x[C * i]][0];
    if constexpr (K == 2) y[K * i + 1] = kInsideImage;
  }
}

void normalize_gray(const Table& table, const std::uint8_t* x, std::int64_t pixels, float* y) {
  if (pixels == 0) return;
  for (std::int64_t i = 0; i + 1 < pixels; ++i)
    std::memcpy(y + 3 * i, table[x[i]].data(), sizeof(TableRow));
  std::memcpy(y + 3 * (pixels - 1), table[x[pixels - 1]].data(), 3 * sizeof(float));
}

void normalize_rgb(const Table& table, const std::array<int, 3>& source, const std::uint8_t* x,
                   std::int64_t pixels, float* y) {
  for (std::int64_t i = 0; i < pixels; ++i)
    for (int c = 0; c < 3; ++c) y[3 * i + c] = table[x[3 * i + source[c]]][c];
}

}  // namespace

void normalize_image(Stream& stream, const ImageDims& dims, const Preprocessing& preprocessing,
                     const std::uint8_t* x, float* y) {
  Table table{};
  for (int level = 0; level < 256; ++level)
    for (int c = 0; c < 3; ++c)
      table[level][c] = preprocess_level(preprocessing, c, static_cast<float>(level));

  const int C = dims.C, K = preprocessing.channels;
  const std::array<int, 3> source{source_channel(preprocessing, C, 0),
                                  source_channel(preprocessing, C, 1),
                                  source_channel(preprocessing, C, 2)};
  const std::int64_t pixels = std::int64_t{dims.N} * dims.H * dims.W;
  const int threads = cpu_stream(stream).threads();
  parallel_for(stream, threads, [=, &table](std::int64_t part) {
    const Range range(pixels, static_cast<int>(part), threads);
    const std::int64_t count = range.end - range.begin;
    const std::uint8_t* from = x + C * range.begin;
    float* to = y + K * range.begin;
    if (K == 1)
      normalize_first<1>(table, C, from + source[0], count, to);
    else if (K == 2)
      normalize_first<2>(table, C, from + source[0], count, to);
    else if (C == 1)
      normalize_gray(table, from, count, to);
    else
      normalize_rgb(table, source, from, count, to);
  });
}

}  // namespace nanopneumo::cpu
