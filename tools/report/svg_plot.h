// A plot with two axes, as inline SVG.
//
// Colours come from the page's style sheet (style.h): the classes s0 to s7 are the series, so that
// a plot is legible on light and dark pages and on paper.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nanopneumo::report {

struct Point {
  double x, y;
};

/// One axis, from `low` to `high`, with a label at each tick.
struct Axis {
  std::string label;
  double low = 0, high = 1;
  std::vector<double> ticks{0, 0.2, 0.4, 0.6, 0.8, 1};
  int decimals = 1;
};

/// An axis from at most `low` to at least `high`, with about `count` ticks at multiples of 1, 2 or
/// 5 times a power of ten.
Axis nice_axis(std::string label, double low, double high, int count = 5);

inline constexpr int kSeriesColours = 8;

enum class Stroke { solid, dashed };

/// Points outside the axes are cut off at the frame. Errors: ShapeError for an axis without extent,
/// or a point that is not finite.
class Plot {
 public:
  /// `name` is read to those who do not see the plot, so it says what there is to see.
  Plot(std::string_view title, std::string_view name, Axis x, Axis y);

  /// `series` modulo kSeriesColours is the colour; `hint` appears where the pointer rests.
  void line(std::span<const Point> points, int series, Stroke stroke = Stroke::solid,
            std::string_view hint = {});
  /// The area between two lines with the same x.
  void band(std::span<const Point> lower, std::span<const Point> upper, int series);
  void dot(const Point& point, int series, std::string_view hint);
  /// A vertical line from `low` to `high`.
  void whisker(double x, double low, double high, int series);
  /// A thin reference line.
  void reference(const Point& from, const Point& to);

  std::string svg() const;

 private:
  double left(double x) const;
  double top(double y) const;
  std::string path(std::span<const Point> points) const;

  std::string title_, name_, marks_;
  Axis x_, y_;
};

/// A legend's entry: a piece of line as the plots draw it, and what it stands for (text).
std::string legend_entry(std::string_view text, int series, Stroke stroke = Stroke::solid);
/// The entries in a row above the plots.
std::string legend(std::span<const std::string> entries);

}  // namespace nanopneumo::report
