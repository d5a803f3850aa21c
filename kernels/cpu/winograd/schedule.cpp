#include "kernels/cpu/winograd/convolve.h"

namespace nanopneumo::cpu::winograd {
namespace {

// Fitted to the 3x3 layers of all networks here, on two cores with 2 MiB of second-level cache each.
constexpr int kOwnTiles = 28;
constexpr int kOwnPanels = 2;
constexpr int kSharedTiles = 112;
constexpr std::int64_t kLargeFilters = 256 * 256;  ///< C * K from which on positions are shared
// The same for the weight gradient, with the sums in the place of the filters.
constexpr int kOwnGradientTiles = 56;
constexpr int kSharedGradientTiles = 112;
constexpr std::int64_t kLargeSums = 128 * 192;

/// `count` tiles in as few chunks as there must be of at most `most`, all of about the same size.
int chunk(std::int64_t count, int most) {
  const std::int64_t chunks = std::max<std::int64_t>(1, (count + most - 1) / most);
  return static_cast<int>(std::max<std::int64_t>(1, (count + chunks - 1) / chunks));
}

}  // namespace

Schedule choose_schedule(const Tiling& tiling, int C, int K, int threads) {
  if (std::int64_t{C} * K >= kLargeFilters)
    return {true, chunk(tiling.count(), kSharedTiles), panels(K)};
  const std::int64_t own = (tiling.count() + threads - 1) / threads;
  return {false, chunk(own, kOwnTiles), std::min(panels(K), kOwnPanels)};
}

WeightGradientSchedule choose_weight_gradient_schedule(const Tiling& tiling, int C, int K,
                                                       int threads) {
  if (std::int64_t{C} * K >= kLargeSums) return {true, chunk(tiling.count(), kSharedGradientTiles)};
  return {false, chunk((tiling.count() + threads - 1) / threads, kOwnGradientTiles)};
}

}  // namespace nanopneumo::cpu::winograd
