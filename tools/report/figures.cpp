#include "tools/report/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/summary.h"

namespace nanopneumo::report {
namespace {

constexpr const char* kNothing = "–";

}  // namespace

std::string percent(std::optional<double> share, int decimals) {
  return share ? fmt::format("{:.{}f}\u202f%", 100 * *share, decimals) : kNothing;
}

std::string decimal(std::optional<double> value, int decimals) {
  return value ? fmt::format("{:.{}f}", *value, decimals) : kNothing;
}

std::string threshold_text(double threshold) {
  return std::isinf(threshold) ? "none" : decimal(threshold);
}

std::string percent_range(const Interval& i) {
  return fmt::format("{:.1f} – {:.1f}", 100 * i.low, 100 * i.high);
}

std::string unit_range(const Interval& i) {
  return fmt::format("{:.3f} – {:.3f}", std::max(i.low, 0.0), std::min(i.high, 1.0));
}

std::string with_range(const std::string& value, const std::string& range) {
  return fmt::format("{}<br><small>{}</small>", value, range);
}

std::string p_value(double p) {
  if (p < 0.001) return "&lt; 0.001";
  return fmt::format("{:.{}f}", p, p < 0.1 ? 3 : 2);
}

std::string duration(double seconds) {
  const auto whole_seconds = static_cast<std::int64_t>(std::llround(seconds));
  if (whole_seconds < 10) return fmt::format("{:.1f} s", seconds);
  if (whole_seconds < 60) return fmt::format("{} s", whole_seconds);
  if (whole_seconds < 3600)
    return fmt::format("{} min {:02} s", whole_seconds / 60, whole_seconds % 60);
  return fmt::format("{} h {:02} min", whole_seconds / 3600, whole_seconds % 3600 / 60);
}

std::string whole(std::int64_t number) { return with_commas(number); }

}  // namespace nanopneumo::report
