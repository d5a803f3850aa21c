// The picture of a learning-rate range test.
#include <algorithm>
#include <cmath>

#include "train/rate_finder.h"

namespace nanopneumo {
namespace {

constexpr double kWidth = 640, kHeight = 400, kLeft = 60, kRight = 20, kTop = 40, kBottom = 50;

/// From figures to places in the picture.
struct Axes {
  double first_decade, last_decade, top_loss;

  double x(double rate) const {
    return kLeft + (std::log10(rate) - first_decade) / (last_decade - first_decade) *
                       (kWidth - kLeft - kRight);
  }
  double y(double loss) const {
    const double share = std::min(loss / top_loss, 1.0);
    return kHeight - kBottom - share * (kHeight - kTop - kBottom);
  }
};

Axes axes_for(const std::vector<RatePoint>& points) {
  Axes axes{.first_decade = -7, .last_decade = 1, .top_loss = 1};
  if (points.empty()) return axes;
  axes.first_decade = std::floor(std::log10(points.front().learning_rate));
  axes.last_decade =
      std::max(std::ceil(std::log10(points.back().learning_rate)), axes.first_decade + 1);
  double smallest = INFINITY;
  for (const RatePoint& p : points) {
    smallest = std::min(smallest, p.smoothed);
    axes.top_loss = std::max(axes.top_loss, p.smoothed);
  }
  axes.top_loss = std::min(axes.top_loss, std::max(4 * smallest, 1.0));
  return axes;
}

template <class Loss>
std::string line(const std::vector<RatePoint>& points, const Axes& axes, const char* style,
                 const Loss& loss) {
  std::string text = fmt::format("<polyline fill='none' {} points='", style);
  for (const RatePoint& p : points)
    text += fmt::format("{:.1f},{:.1f} ", axes.x(p.learning_rate), axes.y(std::invoke(loss, p)));
  return text + "'/>\n";
}

std::string label(double x, double y, const char* anchor, const std::string& text) {
  return fmt::format("<text x='{:.1f}' y='{:.1f}' text-anchor='{}'>{}</text>\n", x, y, anchor,
                     text);
}

std::string grid(const Axes& axes) {
  std::string text;
  for (double decade = axes.first_decade; decade <= axes.last_decade; ++decade) {
    const double x = axes.x(std::pow(10, decade));
    text += fmt::format("<line x1='{0:.1f}' x2='{0:.1f}' y1='{1}' y2='{2}' stroke='#ddd'/>\n", x,
                        kTop, kHeight - kBottom);
    text += label(x, kHeight - kBottom + 18, "middle", fmt::format("1e{:g}", decade));
  }
  for (int i = 0; i <= 4; ++i) {
    const double loss = axes.top_loss * i / 4;
    text += fmt::format("<line x1='{0}' x2='{1}' y1='{2:.1f}' y2='{2:.1f}' stroke='#ddd'/>\n",
                        kLeft, kWidth - kRight, axes.y(loss));
    text += label(kLeft - 6, axes.y(loss) + 4, "end", fmt::format("{:.2g}", loss));
  }
  return text;
}

}  // namespace

std::string rate_svg(const std::vector<RatePoint>& points) {
  const Axes axes = axes_for(points);
  const std::optional<double> suggestion = suggested_rate(points);
  std::string text = fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {0} {1}' width='{0}' height='{1}' "
      "role='img' font-family='sans-serif' font-size='12'>\n<title>Loss over learning "
      "rate</title>\n"
      "<rect width='{0}' height='{1}' fill='white'/>\n",
      kWidth, kHeight);
  text += grid(axes);
  text += line(points, axes, "stroke='#bbb'", &RatePoint::loss);
  text += line(points, axes, "stroke='#0b62a4' stroke-width='2'", &RatePoint::smoothed);
  if (suggestion) {
    const double x = axes.x(*suggestion);
    text += fmt::format(
        "<line x1='{0:.1f}' x2='{0:.1f}' y1='{1}' y2='{2}' stroke='#c33' stroke-dasharray='4'/>\n",
        x, kTop, kHeight - kBottom);
    text += label(x, kTop - 8, "middle", fmt::format("steepest at {:.2g}", *suggestion));
  }
  text += label(kWidth / 2, kHeight - 12, "middle", "learning rate");
  text += label(kLeft, kTop - 24, "middle", "loss");
  return text + "</svg>\n";
}

}  // namespace nanopneumo
