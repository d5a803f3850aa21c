// Numbers as the report prints them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "train/intervals.h"

namespace nanopneumo::report {

/// "91.7 %", with a narrow no-break space; an en dash where there is no value.
std::string percent(std::optional<double> share, int decimals = 1);
/// "0.975".
std::string decimal(std::optional<double> value, int decimals = 3);
/// "0.975", or "none": nothing is called positive from +infinity on.
std::string threshold_text(double threshold);
/// "89.2 – 93.6", of shares in percent.
std::string percent_range(const Interval& interval);
/// "0.961 – 0.989", cut to [0, 1], of which the normal approximation knows nothing.
std::string unit_range(const Interval& interval);
/// The value with the interval below it, in small print.
std::string with_range(const std::string& value, const std::string& range);
/// "0.013", "< 0.001".
std::string p_value(double p);
/// "48 s", "3 min 20 s", "2 h 05 min".
std::string duration(double seconds);
/// "5,216".
std::string whole(std::int64_t number);

}  // namespace nanopneumo::report
