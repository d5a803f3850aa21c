#include "kernels/cpu/winograd/filters.h"

#include "kernels/cpu/parallel.h"

namespace nanopneumo::cpu::winograd {
namespace {

constexpr int kTaps = kKernel * kKernel;

/// Calls body(k0, c0, count, u) for each kLanes columns k0 of K and up to kLanes rows c0 of C: u is where
/// position 0 of row c0 and column k0 lies.
template <class U, class Body>
void for_each_block(Stream& stream, const FilterLayout& layout, U* u, const Body& body) {
  const int row_blocks = blocks(layout.C), halves = kPanel / kLanes;
  parallel_for(stream, std::int64_t{panels(layout.K)} * row_blocks, [&, u](std::int64_t item) {
    const std::int64_t panel = item / row_blocks;
    const int c0 = static_cast<int>(item % row_blocks) * kLanes;
    for (int half = 0; half < halves; ++half)
      body(static_cast<int>(panel) * kPanel + half * kLanes, c0, std::min(kLanes, layout.C - c0),
           u + panel * layout.panel() + std::int64_t{c0} * kPanel + half * kLanes);
  });
}

}  // namespace

void transform_filters(Stream& stream, int C, int K, const float* w, float* u) {
  const FilterLayout layout{C, K};
  for_each_block(stream, layout, u, [=](int k0, int c0, int count, float* block) {
    const int columns = std::max(0, K - k0);
    for (int c = 0; c < count; ++c) {
      const float* taps = w + std::int64_t{c0 + c} * K + k0;
      transform_filter(
          [&](int r, int s) {
            return columns ? load_up_to(taps + (std::int64_t{r} * kKernel + s) * C * K, columns)
                           : Vec{};
          },
          [&](int i, int j, Vec value) {
            store(block + (i * kPatch + j) * layout.position() + c * kPanel, value);
          });
    }
  });
}

void transform_turned_filters(Stream& stream, int C, int K, const float* w, float* u) {
  const FilterLayout layout{K, C};
  for_each_block(stream, layout, u, [=](int c0, int k0, int count, float* block) {
    float taps[kTaps][kLanes][kLanes] = {};  // (tap, k, c)
    for (int tap = 0; tap < kTaps; ++tap)
      for (int c = 0; c < std::min(kLanes, C - c0); ++c) {
        const float* row = w + (std::int64_t{kTaps - 1 - tap} * C + c0 + c) * K + k0;
        for (int k = 0; k < count; ++k) taps[tap][k][c] = row[k];
      }
    for (int k = 0; k < count; ++k)
      transform_filter([&](int r, int s) { return load(taps[r * kKernel + s][k]); },
                       [&](int i, int j, Vec value) {
                         store(block + (i * kPatch + j) * layout.position() + k * kPanel, value);
                       });
  });
}

void transform_filter_gradients(Stream& stream, int C, int K, int parts, const float* u,
                                float* dw) {
  const FilterLayout layout{C, K};
  for_each_block(stream, layout, u, [=](int k0, int c0, int count, const float* block) {
    if (k0 >= K) return;
    for (int c = 0; c < count; ++c) {
      float* taps = dw + std::int64_t{c0 + c} * K + k0;
      transform_filter_gradient(
          [&](int i, int j) {
            const float* first = block + (i * kPatch + j) * layout.position() + c * kPanel;
            Vec sum = load(first);
            for (int part = 1; part < parts; ++part) sum += load(first + part * layout.size());
            return sum;
          },
          [&](int r, int s, Vec value) {
            store_up_to(taps + (std::int64_t{r} * kKernel + s) * C * K, value, K - k0);
          });
    }
  });
}

}  // namespace nanopneumo::cpu::winograd
