// nanopneumo summary MODEL [--layers]
#include <fmt/format.h>

#include <memory>

#include "models/summary.h"
#include "tools/block_table.h"
#include "tools/commands.h"
#include "tools/options.h"

namespace nanopneumo {
namespace {

struct SummaryOptions {
  std::string model = "cnn", image_size = "250";
  ModelOptions model_options;
  bool head = false, layers = false;
};

void print_summary(const SummaryOptions& o) {
  const Architecture& architecture = find_architecture(o.model);
  const ImageSize size = parse_image_size(o.image_size);
  const Shape image{size.height, size.width, 3};
  if (o.head && o.model_options.include_top)
    throw_input_error("--head and --top exclude each other; give one of them");
  const Graph graph = o.head ? build_classifier(architecture, image, o.model_options).graph
                             : build_model(architecture, image, o.model_options);
  if (o.layers)
    fmt::print("{}", summary(graph));
  else
    fmt::print("{}, {}\n\n{}\n{}{}", architecture.title, architecture.source,
               block_table(graph).text(), parameter_totals(graph), cost_lines(graph));
}

}  // namespace

void add_summary_command(Command app) {
  const auto o = std::make_shared<SummaryOptions>();
  const Command command = app.command(
      "summary", "List a model's blocks or layers, with output shapes, parameters and cost");
  add_model_argument(command, o->model).required();
  command.flag("--layers", o->layers, "Every layer, as Keras' summary lists them");
  command.option("--image-size", o->image_size, "Pixels a side, or HEIGHTxWIDTH");
  command.option("--alpha", o->model_options.alpha, "MobileNet's width multiplier");
  command.flag("--top", o->model_options.include_top, "With the ImageNet classifier");
  command.flag("--head", o->head, "Frozen, with the transfer head, as train uses it");
  command.action([o] { print_summary(*o); });
}

}  // namespace nanopneumo
