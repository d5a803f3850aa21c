// The uncertainty of an AUC, and of the difference between two AUCs on the same images.
//
// DeLong, DeLong & Clarke-Pearson, "Comparing the areas under two or more correlated receiver
// operating characteristic curves", Biometrics 44 (1988).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "train/intervals.h"

namespace nanopneumo {

/// Standard error of the AUC, and AUC +- 1.96 standard errors, which is not cut to [0, 1].
struct DeLong {
  double standard_error;
  Interval interval95;
};

/// Nothing where a class has fewer than two images. O(n log n). Errors: see check_scored_set
/// (scored_set.h).
std::optional<DeLong> delong(std::span<const double> scores, std::span<const std::uint8_t> labels);

/// The AUC of a first classifier less that of a second one, which judged the same images.
struct DeLongTest {
  double difference, standard_error;
  double p_value;  ///< two-sided, of the difference being chance; 1 where both rank alike
};

/// Nothing where a class has fewer than two images, or the AUCs differ and neither varies (one
/// ranking is perfect and the other perfectly wrong): then the method gives no error to compare
/// with. O(n log n). Errors: see check_scored_set (scored_set.h).
std::optional<DeLongTest> delong_test(std::span<const double> first_scores,
                                      std::span<const double> second_scores,
                                      std::span<const std::uint8_t> labels);

}  // namespace nanopneumo
