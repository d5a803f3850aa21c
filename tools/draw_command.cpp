// nanopneumo draw MODEL --out FILE.svg
// nanopneumo draw --update docs/architectures.md
#include <fmt/format.h>

#include <filesystem>

#include "io/atomic_file.h"
#include "models/cost.h"
#include "models/drawing.h"
#include "models/summary.h"
#include "tools/bench/document.h"
#include "tools/block_table.h"
#include "tools/commands.h"
#include "tools/options.h"
#include "train/pretrained.h"

namespace nanopneumo {
namespace {

namespace fs = std::filesystem;

struct DrawOptions {
  std::string model, image_size = "250", out, update;
  ModelOptions model_options;
};

std::string drawing_of(const Architecture& architecture, const Graph& graph) {
  const Shape& image = graph.nodes()[0].output;
  return draw(graph, fmt::format("{} at {} x {}", architecture.title, image[0], image[1]));
}

void draw_model(const DrawOptions& o) {
  const Architecture& architecture = find_architecture(o.model);
  const ImageSize size = parse_image_size(o.image_size);
  const Graph graph = build_model(architecture, {size.height, size.width, 3}, o.model_options);
  write_file_atomically(o.out, drawing_of(architecture, graph));
  fmt::print("written to {}\n", o.out);
}

bench::Table overview_header() {
  return bench::Table({"network", "parameters", "not trainable", "layers with weights", "output",
                       "smallest input", "G mult-adds", "weights MiB", "outputs MiB", "alive MiB"});
}

void add_overview(bench::Table& table, const Architecture& architecture, const Graph& graph) {
  const ParameterCount count = count_parameters(graph);
  const Cost cost = cost_of(graph);
  table.add({std::string(architecture.title), with_commas(count.total),
             with_commas(count.non_trainable), std::to_string(expected_layers(graph).size()),
             graph.output().output.str(), std::to_string(architecture.minimum_size),
             fmt::format("{:.2f}", 1e-9 * static_cast<double>(cost.multiply_adds)),
             mebibytes(count.total), mebibytes(cost.outputs), mebibytes(cost.outputs_alive)});
}

std::string section_of(const Architecture& architecture, const Graph& graph,
                       const std::string& picture) {
  return fmt::format("\n## {0}\n\n{1}: [models/{2}.cpp](../models/{2}.cpp).\n\n![{0}]({3})\n\n{4}",
                     architecture.title, architecture.source, architecture.name, picture,
                     block_table(graph).markdown());
}

/// The tables between the marks of the document, and a picture of each network in the folder beside it that
/// has the document's name.
void update_document(const fs::path& document) {
  const fs::path folder = fs::path(document).replace_extension();
  bench::Table overview = overview_header();
  std::string sections;
  std::vector<std::pair<fs::path, std::string>> pictures;
  for (const Architecture& architecture : architectures()) {
    const Graph graph = build_model(architecture, {250, 250, 3}, {});
    const fs::path picture = folder / (std::string(architecture.name) + ".svg");
    add_overview(overview, architecture, graph);
    sections += section_of(architecture, graph, (folder.filename() / picture.filename()).string());
    pictures.emplace_back(picture, drawing_of(architecture, graph));
  }
  bench::update_section(document, "architectures", "\n" + overview.markdown() + sections + "\n");
  fs::create_directories(folder);
  for (const auto& [path, drawing] : pictures) write_file_atomically(path, drawing);
}

void run(const DrawOptions& o) {
  if (o.update.empty() == o.model.empty())
    throw_input_error("draw takes a model, or --update; give one of them");
  if (!o.update.empty()) return update_document(o.update);
  if (o.out.empty()) throw_input_error("the picture needs a file; give --out {}.svg", o.model);
  draw_model(o);
}

}  // namespace

void add_draw_command(CLI::App& app) {
  const auto o = std::make_shared<DrawOptions>();
  CLI::App& command = *app.add_subcommand("draw", "Draw a model's blocks and layers as an SVG");
  add_model_argument(command, o->model)->default_str("");
  command.add_option("--out", o->out, "The .svg file to write")->default_str("");
  command.add_option("--image-size", o->image_size, "Pixels a side, or HEIGHTxWIDTH");
  command.add_option("--alpha", o->model_options.alpha, "MobileNet's width multiplier");
  command.add_flag("--top", o->model_options.include_top, "With the ImageNet classifier");
  command
      .add_option("--update", o->update,
                  "Put pictures and tables of all models into this document "
                  "(docs/architectures.md)")
      ->default_str("");
  command.callback([o] { run(*o); });
}

}  // namespace nanopneumo
