#include "kernels/cpu/plan/balanced_rounding.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "kernels/cpu/parallel.h"

namespace nanopneumo::cpu {
namespace {

/// The bfloat16 values beside x; equal where x is one.
struct Neighbours {
  float nearest, other;

  explicit Neighbours(float x) {
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const auto to_zero = std::bit_cast<float>(bits & 0xffff0000u);
    auto from_zero = std::bit_cast<float>((bits & 0xffff0000u) + 0x10000u);
    if ((bits & 0xffffu) == 0 || !std::isfinite(from_zero)) from_zero = to_zero;
    // Ties to even, as the processor has it.
    const bool up = (bits & 0xffffu) > 0x8000u || (bits & 0x1ffffu) == 0x18000u;
    nearest = up ? from_zero : to_zero;
    other = up ? to_zero : from_zero;
  }
};

/// A number that may be rounded the other way.
struct Candidate {
  double cost;  ///< what its error grows by
  double gain;  ///< what the sum changes by
  std::int64_t at;
};

/// The numbers from `first` on, `stride` apart.
void balance(std::vector<float>& w, std::int64_t first, std::int64_t stride) {
  const auto size = static_cast<std::int64_t>(w.size());
  double error = 0;
  for (std::int64_t i = first; i < size; i += stride) {
    const float x = w[static_cast<std::size_t>(i)];
    error += static_cast<double>(Neighbours(x).nearest) - static_cast<double>(x);
  }
  std::vector<Candidate> candidates;
  for (std::int64_t i = first; i < size; i += stride) {
    float& x = w[static_cast<std::size_t>(i)];
    const Neighbours beside(x);
    const double was = static_cast<double>(beside.nearest) - static_cast<double>(x);
    const double gain = static_cast<double>(beside.other) - static_cast<double>(beside.nearest);
    if (was * error > 0 && std::abs(gain) < 2 * std::abs(error))
      candidates.push_back({std::abs(gain) - 2 * std::abs(was), gain, i});
    x = beside.nearest;
  }
  std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
    return a.cost != b.cost ? a.cost < b.cost : a.at < b.at;
  });
  for (const Candidate& candidate : candidates) {
    if (!(std::abs(error + candidate.gain) < std::abs(error))) continue;
    error += candidate.gain;
    w[static_cast<std::size_t>(candidate.at)] += static_cast<float>(candidate.gain);
  }
}

}  // namespace

std::vector<float> balanced_bfloat16(CpuStream& stream, std::vector<float> w,
                                     std::int64_t filters) {
  parallel_for(stream, filters, [&](std::int64_t k) { balance(w, k, filters); });
  return w;
}

}  // namespace nanopneumo::cpu
