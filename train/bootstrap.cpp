#include "train/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/philox.h"
#include "layers/random_streams.h"
#include "tensor/errors.h"
#include "train/scored_set.h"

namespace nanopneumo {
namespace {

double quantile(std::span<const double> sorted, double q) {
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

std::optional<Interval> bootstrap_interval(std::span<const double> scores,
                                           std::span<const std::uint8_t> labels,
                                           const Statistic& statistic,
                                           const BootstrapOptions& options) {
  check_scored_set(scores, labels);
  if (options.replicates < 40)
    throw_shape_error("bootstrap_interval: {} replicates", options.replicates);
  const std::size_t n = scores.size();
  std::vector<double> values, drawn_scores(n);
  std::vector<std::uint8_t> drawn_labels(n);
  for (int replicate = 0; replicate < options.replicates; ++replicate) {
    const RandomKey key{options.seed, kBootstrapStream, static_cast<std::uint32_t>(replicate)};
    for (std::size_t i = 0; i < n; ++i) {
      const auto image =
          static_cast<std::size_t>(random_uniform_double(key, i) * static_cast<double>(n));
      drawn_scores[i] = scores[image];
      drawn_labels[i] = labels[image];
    }
    if (const auto value = statistic(drawn_scores, drawn_labels)) values.push_back(*value);
  }
  if (2 * values.size() < static_cast<std::size_t>(options.replicates)) return std::nullopt;
  std::ranges::sort(values);
  return Interval{quantile(values, 0.025), quantile(values, 0.975)};
}

}  // namespace nanopneumo
