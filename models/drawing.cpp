#include "models/drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "models/blocks.h"
#include "models/summary.h"

namespace nanopneumo {
namespace {

// In pixels.
constexpr int kCell = 18;      ///< height of a layer
constexpr int kGap = 4;        ///< between layers of a chain
constexpr int kFork = 8;       ///< what a fork or a join takes beside its branches
constexpr int kNarrow = 6;     ///< width of a layer without caption
constexpr int kCharacter = 6;  ///< width of a character of a caption
constexpr int kMargin = 12;
constexpr int kCount = 40;     ///< width of "x 12" after a name
constexpr int kFigures = 260;  ///< width of the columns of shapes and numbers
constexpr int kRow = kCell + 10;

/// The colours are classes, so that a dark page can have others.
constexpr std::string_view kStyle = R"(<style>
text{font:10px ui-monospace,Menlo,Consolas,monospace;fill:#1f2328}
.t{font-size:14px;font-weight:bold}.b{font-weight:bold}.e{text-anchor:end}.m{text-anchor:middle}
.page{fill:#fff}.way{fill:none;stroke:#57606a}.rule{stroke:#d0d7de}
.conv{fill:#cfe2ff}.depthwise{fill:#c3efdd}.pool{fill:#ffe1ad}.dense{fill:#e3d3ff}
.norm{fill:#8c959f}.act{fill:#e5534b}.pad{fill:#fff;stroke:#57606a}.join{fill:#fff;stroke:#57606a}
.other{fill:#d0d7de}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}
.page,.pad,.join{fill:#0d1117}.way,.pad,.join{stroke:#9198a1}.rule{stroke:#30363d}
.conv{fill:#1b3a66}.depthwise{fill:#14503f}.pool{fill:#5c4411}.dense{fill:#46327a}.other{fill:#3d444d}}
</style>
)";

/// What a class of layers looks like.
struct Look {
  std::string_view layer, style, meaning;
};
constexpr Look kLooks[] = {
    {"Conv2D", "conv", "convolution"},
    {"SeparableConv2D", "depthwise", "depthwise, separable"},
    {"DepthwiseConv2D", "depthwise", ""},
    {"MaxPooling2D", "pool", "pooling"},
    {"AveragePooling2D", "pool", ""},
    {"GlobalAveragePooling2D", "pool", ""},
    {"Dense", "dense", "dense"},
    {"BatchNormalization", "norm", "normalisation"},
    {"Normalization", "norm", ""},
    {"Activation", "act", "activation"},
    {"ReLU", "act", ""},
    {"ZeroPadding2D", "pad", "padding"},
    {"", "other", "other"},
};

std::string_view style_of(const Layer& layer) {
  for (const Look& look : kLooks)
    if (look.layer == layer.class_name()) return look.style;
  return "other";
}

struct Extent {
  int width = 0, height = kCell;
};

class Drawing {
 public:
  explicit Drawing(const Graph& graph) : graph_(graph) {}

  /// What a chain takes.
  Extent extent(const Chain& chain) const {
    Extent whole;
    for (const Step& step : chain) {
      const Extent one = extent(step);
      whole.width += one.width + (whole.width > 0 ? kGap : 0);
      whole.height = std::max(whole.height, one.height);
    }
    return whole;
  }

  /// Draws a chain from (x, y) on, the upper left corner; its line is half a cell below.
  void add(const Chain& chain, int x, int y) {
    for (const Step& step : chain) {
      const Extent one = extent(step);
      if (step.branches.empty())
        cell(*layer(step), x, y, one.width);
      else
        fork(step, x, y, one.width);
      x += one.width + kGap;
    }
  }

  void text(int x, int y, std::string_view style, std::string_view words) {
    svg_ += fmt::format("<text x=\"{}\" y=\"{}\" class=\"{}\">{}</text>\n", x, y + kCell - 5, style,
                        words);
  }
  void way(const std::string& path) {
    svg_ += fmt::format("<path class=\"way\" d=\"{}\"/>\n", path);
  }
  void cell(std::string_view style, std::string_view words, int x, int y, int width) {
    svg_ +=
        fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"2\"/>\n",
                    style, x, y, width, kCell);
    if (!words.empty()) text(x + width / 2, y, "m", words);
  }
  void rule(int y, int width) {
    svg_ += fmt::format("<path class=\"rule\" d=\"M{} {}H{}\"/>\n", kMargin, y, width - kMargin);
  }
  const std::string& svg() const { return svg_; }

  static int width_of(std::string_view caption) {
    return caption.empty() ? kNarrow : static_cast<int>(caption.size()) * kCharacter + 8;
  }

 private:
  const Layer* layer(const Step& step) const {
    return graph_.nodes()[static_cast<std::size_t>(step.node)].layer.get();
  }
  Extent extent(const Step& step) const {
    if (step.branches.empty()) return {width_of(layer(step)->caption()), kCell};
    const Extent ways = branches(step);
    return {ways.width + 2 * kFork + kCell, ways.height};
  }
  Extent branches(const Step& step) const {
    Extent all{0, -kGap};
    for (const Chain& branch : step.branches) {
      const Extent one = extent(branch);
      all.width = std::max(all.width, one.width);
      all.height += one.height + kGap;
    }
    return all;
  }
  void cell(const Layer& layer, int x, int y, int width) {
    cell(style_of(layer), layer.caption(), x, y, width);
  }
  /// The branches below one another, and the sign of what joins them.
  void fork(const Step& step, int x, int y, int width) {
    const int line = y + kCell / 2, sign = x + width - kCell / 2, inner = branches(step).width;
    int top = y;
    for (const Chain& branch : step.branches) {
      const int own = top + kCell / 2;
      if (top > y) way(fmt::format("M{} {}V{}H{}V{}", x, line, own, sign, line));
      add(branch, x + kFork + (inner - extent(branch).width) / 2, top);
      top += extent(branch).height + kGap;
    }
    svg_ += fmt::format("<circle class=\"join\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>\n", sign, line,
                        kCell / 2 - 1);
    const char join = join_sign(*layer(step));
    text(sign, y, "m", join == '&' ? "&amp;" : std::string(1, join));
  }

  const Graph& graph_;
  std::string svg_;
};

/// Width of the column of the names.
int width_of_names(const std::vector<BlockRun>& runs) {
  int width = 0;
  for (const BlockRun& run : runs)
    width = std::max(
        width, static_cast<int>(run.name().size()) * kCharacter + (run.count > 1 ? kCount : 0));
  return width + 2 * kFork;
}

void draw_legend(Drawing& drawing, int y) {
  int x = kMargin;
  for (const Look& look : kLooks) {
    if (look.meaning.empty()) continue;
    drawing.cell(look.style, "", x, y, kNarrow);
    drawing.text(x + kNarrow + kGap, y, "", look.meaning);
    x += Drawing::width_of(look.meaning) + kNarrow + 2 * kGap;
  }
  drawing.text(x, y, "", "+ sum  &amp; concatenation  * product");
}

}  // namespace

std::string draw(const Graph& graph, const std::string& title) {
  const std::vector<BlockRun> runs = block_runs(graph);
  Drawing drawing(graph);
  constexpr int kLegend = 850;
  const int names = width_of_names(runs);
  int width = kLegend;
  for (const BlockRun& run : runs)
    width = std::max(width, drawing.extent(run.chain).width + names + kFigures + 2 * kMargin);
  const int left = kMargin + names, right = width - kMargin;
  const int shapes = right - 170, parameters = right - 80;

  int y = kMargin;
  drawing.text(kMargin, y, "t", title);
  drawing.text(shapes, y, "e b", "output");
  drawing.text(parameters, y, "e b", "parameters");
  drawing.text(right, y, "e b", "M mult-adds");
  y += kRow;
  drawing.text(kMargin, y, "", "input");
  drawing.text(shapes, y, "e", graph.nodes()[0].output.str());
  y += kRow;
  for (const BlockRun& run : runs) {
    const Extent extent = drawing.extent(run.chain);
    drawing.rule(y - 5, width);
    drawing.text(kMargin, y, "b", run.name());
    if (run.count > 1) drawing.text(left - 2 * kFork, y, "e", fmt::format("x {}", run.count));
    drawing.way(fmt::format("M{} {}H{}", left - kFork, y + kCell / 2, left + extent.width + kFork));
    drawing.add(run.chain, left, y);
    drawing.text(shapes, y, "e", run.output.str());
    drawing.text(parameters, y, "e", with_commas(run.parameters));
    drawing.text(right, y, "e",
                 fmt::format("{:.1f}", 1e-6 * static_cast<double>(run.multiply_adds)));
    y += extent.height + kRow - kCell;
  }
  drawing.rule(y - 5, width);
  draw_legend(drawing, y);
  const int height = y + kRow;
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
             "viewBox=\"0 0 {0} {1}\">\n",
             width, height) +
         std::string(kStyle) +
         fmt::format("<rect class=\"page\" width=\"{}\" height=\"{}\"/>\n", width, height) +
         drawing.svg() + "</svg>\n";
}

}  // namespace nanopneumo
