// Intervals for figures without a formula of their own.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "train/intervals.h"

namespace nanopneumo {

/// A figure of scores and labels; nothing where it is undefined for them.
using Statistic =
    std::function<std::optional<double>(std::span<const double>, std::span<const std::uint8_t>)>;

struct BootstrapOptions {
  int replicates = 1000;
  std::uint64_t seed = 1;
};

/// The 95 % percentile interval (Efron 1979): `statistic` of sets of n images drawn with
/// replacement from the n images given, from its 2.5 % to its 97.5 % quantile, linear between order
/// statistics (as numpy.quantile).
///
/// Draw i of replicate r is image floor(n u), where u is random_uniform_double (kernels/philox.h)
/// of seed, kBootstrapStream, step r, element i: the same interval on every machine. Replicates
/// for which the statistic is undefined are left out; nothing where it is undefined for more than
/// half of them. Errors: see check_scored_set (scored_set.h); ShapeError for fewer than 40
/// replicates.
std::optional<Interval> bootstrap_interval(std::span<const double> scores,
                                           std::span<const std::uint8_t> labels,
                                           const Statistic& statistic,
                                           const BootstrapOptions& options = {});

}  // namespace nanopneumo
