// Probabilities that are neither too sure nor too timid.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace nanopneumo {

/// What fit_temperature gives at least and at most. Where a set is told apart without a mistake, the loss
/// falls as long as the temperature does; where scores say the reverse of the truth, it falls as it rises.
inline constexpr double kLowestTemperature = 0.05, kHighestTemperature = 20;

/// The T > 0 for which sigmoid(logit / T) has the smallest mean log loss (temperature scaling, Guo et al.
/// 2017, section 4.2): above 1 where the network was too sure. No image changes sides of 0.5, and
/// no ranking changes. Nothing where one class is absent. Errors: see check_scored_set (scored_set.h).
std::optional<double> fit_temperature(std::span<const double> logits,
                                      std::span<const std::uint8_t> labels);

/// sigmoid(logit / temperature) of each.
std::vector<double> scaled_probabilities(std::span<const double> logits, double temperature);

}  // namespace nanopneumo
