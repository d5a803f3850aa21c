#include "kernels/cpu/tiled/filter.h"

namespace nanopneumo::cpu::tiled {
namespace {

/// Up to kPanel numbers, zeros after them.
float* copy_row(const float* from, int count, float* to) {
  std::fill(std::copy_n(from, std::min(kPanel, count), to), to + kPanel, 0.0f);
  return to + kPanel;
}

}  // namespace

std::int64_t Filter::floats(const Window& window, int C, int K) {
  return panels(K) * (std::int64_t{window.R} * window.S * C + 1) * kPanel;
}

Filter::Filter(const Window& window, int C, int K, std::span<const float> w,
               std::span<const float> bias)
    : R_(window.R),
      K_(K),
      depth_(std::int64_t{window.S} * C),
      memory_(allocate_floats(floats(window, C, K))),
      packed_(memory_.get()) {
  for (int p = 0; p < panels(K); ++p)
    pack_panel(window, C, K, p, w.data(), bias.empty() ? nullptr : bias.data(), memory_.get());
}

Filter::Filter(const Window& window, int C, int K, const float* packed)
    : R_(window.R), K_(K), depth_(std::int64_t{window.S} * C), packed_(packed) {}

void pack_panel(const Window& window, int C, int K, int p, const float* w, const float* bias,
                float* packed) {
  const std::int64_t rows = std::int64_t{window.R} * window.S * C;
  const int k = p * kPanel;
  float* to = packed + p * rows * kPanel;
  for (std::int64_t row = 0; row < rows; ++row) to = copy_row(w + row * K + k, K - k, to);
  float* bias_to = packed + (panels(K) * rows + p) * kPanel;
  copy_row(bias ? bias + k : nullptr, bias ? K - k : 0, bias_to);
}

void scale_panel(const Filter& filter, int p, const float* s, float* packed) {
  const float* from = filter.panel(p);
  float* to = packed + p * filter.depth() * kPanel;
  for (std::int64_t c = 0; c < filter.depth(); ++c, from += kPanel, to += kPanel)
    for (int k = 0; k < kPanel; ++k) to[k] = from[k] * s[c];
  std::copy_n(filter.bias(p), kPanel, packed + (panels(filter.K()) * filter.depth() + p) * kPanel);
}

void pack_mirrored_panel(const Window& window, int C, int K, int p, const float* w, float* packed) {
  const int taps = window.R * window.S, first = p * kPanel, count = std::min(kPanel, C - first);
  const std::int64_t rows = std::int64_t{taps} * K;
  float* to = packed + p * rows * kPanel;
  for (int tap = taps - 1; tap >= 0; --tap) {
    const float* from = w + (std::int64_t{tap} * C + first) * K;
    for (int k = 0; k < K; ++k, to += kPanel) {
      for (int c = 0; c < count; ++c) to[c] = from[std::int64_t{c} * K + k];
      std::fill(to + count, to + kPanel, 0.0f);
    }
  }
  std::fill_n(packed + (panels(C) * rows + p) * kPanel, kPanel, 0.0f);
}

}  // namespace nanopneumo::cpu::tiled
