#include "tools/report/svg_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tensor/errors.h"
#include "tools/report/html.h"

namespace nanopneumo::report {
namespace {

// In user units: about pixels where the plot is as wide as a telephone.
constexpr double kWidth = 360, kHeight = 270;
constexpr double kLeft = 54, kRight = 348, kTop = 30, kBottom = 228;

void check(const Point& p) {
  if (!std::isfinite(p.x) || !std::isfinite(p.y)) throw_shape_error("a plot of ({}, {})", p.x, p.y);
}

const char* stroke_class(Stroke stroke) { return stroke == Stroke::dashed ? " dashed" : ""; }

int colour(int series) { return series % kSeriesColours; }

/// "0.25"; "2e+29" where a network diverged.
std::string tick_text(double tick, int decimals) {
  return std::abs(tick) < 1e6 ? fmt::format("{:.{}f}", tick, decimals)
                              : fmt::format("{:.0e}", tick);
}

std::string hint_element(std::string_view hint) {
  return hint.empty() ? "" : fmt::format("<title>{}</title>", escape(hint));
}

}  // namespace

Axis nice_axis(std::string label, double low, double high, int count) {
  if (!(high > low)) high = low + 1;
  const double rough = (high - low) / count;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0})
    if (rough <= factor * power * (1 + 1e-9)) {
      step = factor * power;
      break;
    }
  Axis axis{std::move(label),
            0,
            0,
            {},
            std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)))};
  const auto first = static_cast<std::int64_t>(std::floor(low / step + 1e-9));
  const auto last = static_cast<std::int64_t>(std::ceil(high / step - 1e-9));
  for (std::int64_t i = first; i <= last; ++i) axis.ticks.push_back(static_cast<double>(i) * step);
  axis.low = axis.ticks.front();
  axis.high = axis.ticks.back();
  return axis;
}

Plot::Plot(std::string_view title, std::string_view name, Axis x, Axis y)
    : title_(title), name_(name), x_(std::move(x)), y_(std::move(y)) {
  for (const Axis& axis : {x_, y_})
    if (!(axis.high > axis.low)) throw_shape_error("an axis from {} to {}", axis.low, axis.high);
}

double Plot::left(double x) const {
  const double share = std::clamp((x - x_.low) / (x_.high - x_.low), 0.0, 1.0);
  return kLeft + share * (kRight - kLeft);
}

double Plot::top(double y) const {
  const double share = std::clamp((y - y_.low) / (y_.high - y_.low), 0.0, 1.0);
  return kBottom - share * (kBottom - kTop);
}

std::string Plot::path(std::span<const Point> points) const {
  std::string text;
  for (const Point& p : points) {
    check(p);
    text += fmt::format("{}{:.1f} {:.1f}", text.empty() ? "M" : "L", left(p.x), top(p.y));
  }
  return text;
}

void Plot::line(std::span<const Point> points, int series, Stroke stroke, std::string_view hint) {
  if (points.size() == 1 && hint.empty()) return dot(points[0], series, hint);
  marks_ += fmt::format("<path class=\"line s{}{}\" d=\"{}\">{}</path>\n", colour(series),
                        stroke_class(stroke), path(points), hint_element(hint));
  if (points.size() == 1) dot(points[0], series, hint);
}

void Plot::band(std::span<const Point> lower, std::span<const Point> upper, int series) {
  std::vector<Point> outline(lower.begin(), lower.end());
  outline.insert(outline.end(), upper.rbegin(), upper.rend());
  marks_ +=
      fmt::format("<path class=\"band s{}\" d=\"{}Z\"></path>\n", colour(series), path(outline));
}

void Plot::dot(const Point& p, int series, std::string_view hint) {
  check(p);
  marks_ +=
      fmt::format("<circle class=\"dot s{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\">{}</circle>\n",
                  colour(series), left(p.x), top(p.y), hint_element(hint));
}

void Plot::whisker(double x, double low, double high, int series) {
  const Point ends[] = {{x, low}, {x, high}};
  marks_ +=
      fmt::format("<path class=\"whisker s{}\" d=\"{}\"></path>\n", colour(series), path(ends));
}

void Plot::reference(const Point& from, const Point& to) {
  const Point ends[] = {from, to};
  marks_ += fmt::format("<path class=\"reference\" d=\"{}\"></path>\n", path(ends));
}

std::string Plot::svg() const {
  std::string axes;
  for (const double tick : x_.ticks)
    axes += fmt::format(
        "<path class=\"grid\" d=\"M{0:.1f} {1:.1f}V{2:.1f}\"></path>"
        "<text class=\"tick\" x=\"{0:.1f}\" y=\"{3:.1f}\" "
        "text-anchor=\"middle\">{4}</text>\n",
        left(tick), kTop, kBottom, kBottom + 15, tick_text(tick, x_.decimals));
  for (const double tick : y_.ticks)
    axes += fmt::format(
        "<path class=\"grid\" d=\"M{0:.1f} {1:.1f}H{2:.1f}\"></path>"
        "<text class=\"tick\" x=\"{3:.1f}\" y=\"{4:.1f}\" text-anchor=\"end\">{5}</text>\n",
        kLeft, top(tick), kRight, kLeft - 5, top(tick) + 4, tick_text(tick, y_.decimals));
  const double middle = (kTop + kBottom) / 2;
  axes += fmt::format(
      "<text class=\"label\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n"
      "<text class=\"label\" transform=\"translate(11 {:.1f}) rotate(-90)\" "
      "text-anchor=\"middle\">{}</text>\n",
      (kLeft + kRight) / 2, kBottom + 34, escape(x_.label), middle, escape(y_.label));
  return fmt::format(
      "<svg class=\"plot\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {} {}\">\n"
      "<text class=\"title\" x=\"{}\" y=\"17\">{}</text>\n{}{}</svg>\n",
      escape(name_), kWidth, kHeight, kLeft, escape(title_), axes, marks_);
}

std::string legend_entry(std::string_view text, int series, Stroke stroke) {
  return fmt::format(
      "<li><svg class=\"key\" aria-hidden=\"true\" viewBox=\"0 0 28 10\">"
      "<path class=\"line s{}{}\" d=\"M1 5H27\"></path></svg>{}</li>",
      colour(series), stroke_class(stroke), escape(text));
}

std::string legend(std::span<const std::string> entries) {
  std::string html = "<ul class=\"legend\">";
  for (const std::string& entry : entries) html += entry;
  return html + "</ul>\n";
}

}  // namespace nanopneumo::report
