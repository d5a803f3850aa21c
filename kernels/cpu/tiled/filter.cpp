#include "kernels/cpu/tiled/filter.h"

namespace nanopneumo::cpu::tiled {

Filter::Filter(const Window& window, int C, int K, std::span<const float> w,
               std::span<const float> bias)
    : R_(window.R), K_(K), depth_(std::int64_t{window.S} * C), memory_(allocate_floats(size())) {
  std::fill_n(memory_.get(), size(), 0.0f);
  float* to = memory_.get();
  const auto copy = [&](std::span<const float> row, int k) {
    std::copy_n(row.begin() + k, std::min(kPanel, K - k), to);
    to += kPanel;
  };
  const auto columns = static_cast<std::size_t>(K);
  for (int k = 0; k < K; k += kPanel)
    for (std::size_t row = 0; row < w.size(); row += columns) copy(w.subspan(row, columns), k);
  if (bias.empty()) return;
  for (int k = 0; k < K; k += kPanel) copy(bias, k);
}

}  // namespace nanopneumo::cpu::tiled
