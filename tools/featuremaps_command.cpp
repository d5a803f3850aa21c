// nanopneumo featuremaps RUN IMAGE
#include <fmt/format.h>

#include <memory>

#include "inside/channel_grid.h"
#include "inside/feature_maps.h"
#include "inside/manifest.h"
#include "inside/probe.h"
#include "io/file_bytes.h"
#include "io/image_write.h"
#include "io/npy.h"
#include "tools/commands.h"
#include "tools/looking_inside.h"
#include "train/scoring.h"

namespace nanopneumo {
namespace {

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text)
    if (c == ',')
      parts.emplace_back();
    else
      parts.back() += c;
  return parts;
}

std::vector<int> chosen_nodes(const FeaturemapsOptions& o, const Graph& graph) {
  if (o.layers.empty()) return last_feature_maps(graph);
  std::vector<int> nodes;
  for (const std::string& name : split_at_commas(o.layers))
    nodes.push_back(feature_map_called(graph, name));
  return nodes;
}

}  // namespace

void run_featuremaps(const FeaturemapsOptions& o) {
  const TrainedRun run = load_run(o.inside.run, o.inside.checkpoint, o.inside.device);
  const Network& network = *run.network;
  const std::vector<int> nodes = chosen_nodes(o, network.graph());
  InsideOptions of_image = o.inside;
  of_image.images = {o.image};
  const Subjects subject = load_subjects(run, of_image, Choice::spread);
  const Probe<float> probe(network.graph(), network.parameters(), network.device());
  const std::vector<Tensor<float>> maps =
      probe.outputs(network_input(network, subject.images, 0), nodes);

  const std::filesystem::path folder = inside_folder(o.inside, "featuremaps");
  Manifest manifest{.method = "featuremaps",
                    .model = run.config.model,
                    .classes = run.header.classes,
                    .trained_on_phantoms = run.header.phantoms,
                    .pictures = {},
                    .pointing = {}};
  const auto enter = [&](const std::string& stem, const Image& picture, const std::string& layer) {
    write_png(folder / (stem + ".png"), picture);
    manifest.pictures.push_back({.file = stem + ".png",
                                 .image = o.image,
                                 .label = subject.labels[0],
                                 .probability = probability(subject.logits[0]),
                                 .explains = {},
                                 .layer = layer});
  };
  const ImageSet& images = subject.images;
  enter(
      "00-input",
      {images.height, images.width, images.channels, {images.pixels.begin(), images.pixels.end()}},
      "");
  for (std::size_t k = 0; k < nodes.size(); ++k) {
    const Node& node = network.graph().nodes()[static_cast<std::size_t>(nodes[k])];
    const std::string stem = fmt::format("{:02}-{}", k + 1, node.name);
    enter(stem, channel_grid(maps[k], o.channels), node.name);
    if (o.inside.raw) write_npy(folder / (stem + ".npy"), node.output, maps[k].to_host());
    fmt::print("{}  {}: {} of {} channels\n", stem, node.output.str(),
               std::min<std::int64_t>(o.channels, node.output[2]), node.output[2]);
  }
  write_manifest(folder / "manifest.json", manifest);
  fmt::print("written to {}\n", shown(folder));
}

void add_featuremaps_command(Command app) {
  const auto o = std::make_shared<FeaturemapsOptions>();
  const Command command =
      app.command("featuremaps", "Show channels of a run's convolutional layers for a picture");
  command.option("RUN", o->inside.run, "Folder of a run").required();
  command.option("IMAGE", o->image, "A JPEG, PNG or BMP file").required();
  command.option("--layers", o->layers,
                 "Names of layers with commas between; default: the last of each size");
  command.option("--channels", o->channels, "Channels a layer, at most").between(1, 10'000);
  command.flag("--raw", o->inside.raw, "The maps as .npy files (H, W, C) as well");
  command.option("--out", o->inside.out, "Folder for the pictures; default: RUN/featuremaps");
  add_run_options(command, o->inside.checkpoint, o->inside.device);
  command.action([o] { run_featuremaps(*o); });
}

}  // namespace nanopneumo
