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

/// A network with its plans, each compiled when it is first asked for.
class Compiled {
 public:
  Compiled(Graph graph, Device& device, const Preprocessing& preprocessing, int to_be_loaded)
      : graph_(std::move(graph)),
        parameters_(graph_, device, /*seed=*/1, to_be_loaded),
        device_(device),
        preprocessing_(preprocessing) {}

  const Graph& graph() const { return graph_; }
  Parameters<float>& parameters() { return parameters_; }

  const FrozenPlan<float>& plan(bool gray) {
    // Weights summed over the channels would be rounded to bfloat16.
    const bool reads_gray = gray && device_.frozen_precision() == Precision::float32;
    std::optional<FrozenPlan<float>>& plan = reads_gray ? for_gray_ : for_colour_;
    if (!plan && reads_gray) plan.emplace(graph_, parameters_, device_, Segment{}, preprocessing_);
    if (!plan) plan.emplace(graph_, parameters_, device_, Segment{}, device_.frozen_precision());
    return *plan;
  }

 private:
  Graph graph_;
  Parameters<float> parameters_;
  Device& device_;
  const Preprocessing& preprocessing_;
  std::optional<FrozenPlan<float>> for_colour_, for_gray_;
};

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
  const auto network = std::make_shared<Compiled>(
      std::move(graph), device, architecture.preprocessing, file == "none" ? -1 : last);
  if (file == "none")
    fmt::print("--weights none: a random network, whose output means nothing.\n");
  else
    fmt::print("{}", left_out_note(
                         file, load_keras_weights(file, network->graph(), network->parameters(),
                                                  /*last=*/-1, top_layers(architecture, options))));
  frozen_part_ = [network](bool gray) -> const FrozenPlan<float>& { return network->plan(gray); };
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
  std::vector<float> rows(images.size() * static_cast<std::size_t>(outputs_));
  for (const bool gray : {true, false}) {
    std::vector<const Image*> alike;
    for (const Image& image : images) {
      if (image.height != image_[0] || image.width != image_[1])
        throw_shape_error("a picture of {}x{} for a network of {}", image.height, image.width,
                          image_.str());
      if ((image.channels == 1) == gray) alike.push_back(&image);
    }
    if (alike.empty()) continue;
    const std::vector<float> results = run_alike(alike, gray).to_host();
    for (std::size_t i = 0; i < alike.size(); ++i) {
      const auto place = (alike[i] - images.data()) * outputs_;
      std::copy_n(results.begin() + static_cast<std::ptrdiff_t>(i) * outputs_, outputs_,
                  rows.begin() + place);
    }
  }
  return rows;
}

}  // namespace nanopneumo
