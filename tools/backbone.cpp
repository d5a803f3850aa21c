#include "tools/backbone.h"

#include <fmt/format.h>

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

}  // namespace

Backbone::Backbone(const Architecture& architecture, const ImageSize& size,
                   const ModelOptions& options, const std::string& given, Device& device)
    : architecture_(architecture), device_(device) {
  const Graph graph = build(architecture, size, options, /*pretrained=*/given != "none");
  image_ = graph.nodes()[0].output;
  outputs_ = graph.output().output.elements();
  const std::string file = find_weights(architecture, options, given);
  if (given.empty()) fmt::print("weights {}\n", file);
  const int last = static_cast<int>(graph.nodes().size()) - 1;
  Parameters<float> parameters(graph, device, /*seed=*/1, file == "none" ? -1 : last);
  if (file == "none")
    fmt::print("--weights none: a random network, whose output means nothing.\n");
  else
    fmt::print("{}", left_out_note(file, load_keras_weights(file, graph, parameters, /*last=*/-1,
                                                            top_layers(architecture, options))));
  parts_.emplace_back(graph, parameters, device, Segment{}, device.frozen_precision());
}

Backbone::Backbone(const Network& network)
    : architecture_(network.architecture()),
      device_(network.device()),
      image_(network.graph().nodes()[0].output) {
  if (!network.has_backbone())
    throw_input_error("{} has no backbone; give a run of mobilenet or another one",
                      architecture_.title);
  const int last = network.features_node();
  outputs_ = network.graph().nodes()[static_cast<std::size_t>(last)].output.elements();
  parts_.push_back(network.compile_frozen_part());
  const int frozen_end = network.trained_segment().first;
  if (frozen_end < last) parts_.push_back(network.plan({.first = frozen_end, .last = last}));
}

std::vector<float> Backbone::run(std::span<const Image> images) const {
  std::vector<std::uint8_t> pixels;
  for (const Image& image : images) {
    const Image rgb = to_rgb(image);
    if (rgb.height != image_[0] || rgb.width != image_[1])
      throw_shape_error("a picture of {}x{} for a network of {}", rgb.height, rgb.width,
                        image_.str());
    pixels.insert(pixels.end(), rgb.pixels.begin(), rgb.pixels.end());
  }
  const Shape batch = image_.with_batch(static_cast<std::int64_t>(images.size()));
  const auto bytes = Tensor<std::uint8_t>::from_host(device_, batch, pixels);
  Tensor<float> x(device_, batch);
  const ImageDims dims{to_int(batch[0]), to_int(batch[1]), to_int(batch[2]), 3};
  device_.kernels<float>().normalize_image(device_.stream(), dims, architecture_.preprocessing,
                                           bytes.data(), x.data());
  for (const FrozenPlan<float>& part : parts_) x = part.run(x);
  return x.to_host();
}

}  // namespace nanopneumo
