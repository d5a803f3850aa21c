#include "tools/backbone.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "layers/global_average_pooling2d.h"
#include "train/pretrained.h"

namespace nanopneumo {
namespace {

Graph build(const Architecture& architecture, const ImageSize& size, ModelOptions options,
            bool pretrained) {
  if (!architecture.is_backbone)
    throw_input_error("{} is no ImageNet backbone; give one, such as mobilenet",
                      architecture.title);
  options.pretrained = pretrained;
  Graph graph = build_model(architecture, {size.height, size.width, 3}, options);
  if (!options.include_top)
    graph.add(GlobalAveragePooling2D(), Graph::Value{static_cast<int>(graph.nodes().size()) - 1});
  return graph;
}

/// A graph with its parameters and plans.
struct PlannedGraph {
  PlannedGraph(Graph of, Device& device, int to_be_loaded)
      : graph(std::move(of)), parameters(graph, device, /*seed=*/1, to_be_loaded) {}

  Graph graph;
  Parameters<float> parameters;
  PlansByColour plans;
};

/// The images that are gray, or those that are not.
std::vector<const Image*> those_that_are(bool gray, std::span<const Image> images) {
  std::vector<const Image*> alike;
  for (const Image& image : images)
    if ((image.channels == 1) == gray) alike.push_back(&image);
  return alike;
}

}  // namespace

Backbone::Backbone(const Architecture& architecture, const ImageSize& size,
                   const ModelOptions& options, const std::string& given, Device& device)
    : architecture_(architecture), device_(device) {
  Graph graph = build(architecture, size, options, /*pretrained=*/given != "none");
  image_ = graph.nodes()[0].output;
  outputs_ = graph.output().output.elements();
  const std::string file = find_weights(architecture, options, given);
  if (given.empty()) fmt::print("weights {}\n", file);
  const int last = static_cast<int>(graph.nodes().size()) - 1;
  const auto network =
      std::make_shared<PlannedGraph>(std::move(graph), device, file == "none" ? -1 : last);
  if (file == "none")
    fmt::print("--weights none: a random network, whose output means nothing.\n");
  else
    fmt::print("{}", left_out_note(
                         file, load_keras_weights(file, network->graph, network->parameters,
                                                  /*last=*/-1, top_layers(architecture, options))));
  frozen_part_ = [network, &architecture, &device](bool gray) -> const FrozenPlan<float>& {
    return network->plans.of(gray, network->graph, network->parameters, device, Segment{},
                             architecture.preprocessing);
  };
}

Backbone::Backbone(const Network& network)
    : architecture_(network.architecture()),
      device_(network.device()),
      image_(network.graph().nodes()[0].output),
      frozen_part_(
          [&network](bool gray) -> const FrozenPlan<float>& { return network.frozen_part(gray); }) {
  if (!network.has_backbone())
    throw_input_error("{} has no backbone; give a run of mobilenet or another one",
                      architecture_.title);
  const int last = network.features_node();
  outputs_ = network.graph().nodes()[static_cast<std::size_t>(last)].output.elements();
  const int frozen_end = network.trained_segment().first;
  if (frozen_end < last) rest_ = network.plan({.first = frozen_end, .last = last});
}

Tensor<float> Backbone::run_alike(std::span<const Image* const> images, bool are_gray) const {
  std::vector<std::uint8_t> pixels;
  for (const Image* image : images)
    pixels.insert(pixels.end(), image->pixels.begin(), image->pixels.end());
  const FrozenPlan<float>& frozen = frozen_part_(are_gray);
  const auto N = static_cast<std::int64_t>(images.size());
  Preprocessing preprocessing = architecture_.preprocessing;
  preprocessing.channels = are_gray ? frozen.channels() : 3;
  const ImageDims dims{to_int(N), to_int(image_[0]), to_int(image_[1]), are_gray ? 1 : 3};
  const auto bytes = Tensor<std::uint8_t>::from_host(device_, {N, dims.H, dims.W, dims.C}, pixels);
  Tensor<float> x(device_, {N, dims.H, dims.W, preprocessing.channels});
  device_.kernels<float>().normalize_image(device_.stream(), dims, preprocessing, bytes.data(),
                                           x.data());
  const Tensor<float> y = frozen.run(x);
  return rest_ ? rest_->run(y) : y;
}

std::vector<float> Backbone::run(std::span<const Image> images) const {
  for (const Image& image : images)
    if (image.height != image_[0] || image.width != image_[1])
      throw_shape_error("a picture of {}x{} for a network of {}", image.height, image.width,
                        image_.str());
  std::vector<float> rows(images.size() * static_cast<std::size_t>(outputs_));
  for (const bool gray : {true, false}) {
    const std::vector<const Image*> alike = those_that_are(gray, images);
    if (alike.empty()) continue;
    const std::vector<float> results = run_alike(alike, gray).to_host();
    auto from = results.begin();
    for (const Image* image : alike) {
      std::copy_n(from, outputs_, rows.begin() + (image - images.data()) * outputs_);
      from += outputs_;
    }
  }
  return rows;
}

}  // namespace nanopneumo
