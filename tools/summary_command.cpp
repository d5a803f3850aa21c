// nanopneumo summary MODEL [--layers]
#include <fmt/format.h>

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

void add_summary_command(CLI::App& app) {
  const auto o = std::make_shared<SummaryOptions>();
  CLI::App& command = *app.add_subcommand(
      "summary", "List a model's blocks or layers, with output shapes, parameters and cost");
  add_model_argument(command, o->model)->required();
  command.add_flag("--layers", o->layers, "Every layer, as Keras' summary lists them");
  command.add_option("--image-size", o->image_size, "Pixels a side, or HEIGHTxWIDTH");
  command.add_option("--alpha", o->model_options.alpha, "MobileNet's width multiplier");
  command.add_flag("--top", o->model_options.include_top, "With the ImageNet classifier");
  command.add_flag("--head", o->head, "Frozen, with the transfer head, as train uses it");
  command.callback([o] { print_summary(*o); });
}

}  // namespace nanopneumo
