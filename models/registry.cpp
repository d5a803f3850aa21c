#include "models/registry.h"

#include <algorithm>
#include <cctype>

#include "layers/global_average_pooling2d.h"
#include "models/transfer_head.h"

namespace nanopneumo {
namespace {

constexpr int kLargestSize = 4096;

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool is_called(const Architecture& architecture, std::string_view name) {
  return same_name(architecture.name, name) ||
         std::ranges::any_of(architecture.aliases,
                             [&](std::string_view alias) { return same_name(alias, name); });
}

}  // namespace

const Architecture& find_architecture(std::string_view name) {
  std::string known;
  for (const Architecture& architecture : architectures()) {
    if (is_called(architecture, name)) return architecture;
    known += (known.empty() ? "" : ", ") + std::string(architecture.name);
  }
  throw_input_error("there is no model \"{}\"; the models are {}", name, known);
}

Graph build_model(const Architecture& architecture, const Shape& image,
                  const ModelOptions& options) {
  if (image[0] < architecture.minimum_size || image[1] < architecture.minimum_size)
    throw_input_error(
        "{} needs images of at least {}x{} pixels, not {}x{}; give a larger --image-size",
        architecture.title, architecture.minimum_size, architecture.minimum_size, image[0],
        image[1]);
  if (image[0] > kLargestSize || image[1] > kLargestSize)
    throw_input_error(
        "{}x{} pixels are more than the {} a side that are supported; give a smaller "
        "--image-size",
        image[0], image[1], kLargestSize);
  if (options.alpha != 1 && !architecture.takes_alpha)
    throw_input_error("{} has no width multiplier; leave --alpha away", architecture.title);
  if (!(options.alpha >= 0.05 && options.alpha <= 4))
    throw_input_error("a width multiplier of {} is outside of 0.05 .. 4; give another --alpha",
                      options.alpha);
  if (!(options.dropout >= 0 && options.dropout < 1))
    throw_input_error("a dropout of {} is outside of 0 <= rate < 1; give another --dropout",
                      options.dropout);
  if (options.include_top && !architecture.is_backbone)
    throw_input_error("{} has no ImageNet classifier; leave --top away", architecture.title);
  return architecture.build(image, options);
}

Classifier build_classifier(const Architecture& architecture, const Shape& image,
                            const ModelOptions& options) {
  Graph graph = build_model(architecture, image, options);
  if (!architecture.is_backbone) return {std::move(graph), 0};
  const Graph::Value map{static_cast<int>(graph.nodes().size()) - 1};
  graph.begin_block("head");
  const Graph::Value features = graph.add(GlobalAveragePooling2D(), map);
  graph.freeze_up_to(features);
  transfer_head(graph, features, options.dropout);
  return {std::move(graph), features.node};
}

}  // namespace nanopneumo
