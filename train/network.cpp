#include "train/network.h"

#include "train/pretrained.h"

namespace nanopneumo {

Network::Network(const Architecture& architecture, const Shape& image, const ModelOptions& options,
                 Device& device, std::uint64_t seed)
    : architecture_(&architecture),
      options_(options),
      device_(&device),
      classifier_(build_classifier(architecture, image, options)),
      parameters_(classifier_.graph, device, seed) {
  frozen_parameters_changed();
}

std::vector<std::string> Network::load_backbone(const std::filesystem::path& file) {
  const std::vector<std::string> left_out =
      load_keras_weights(file, classifier_.graph, parameters_, classifier_.features_node,
                         top_layers(*architecture_, options_));
  frozen_parameters_changed();
  return left_out;
}

void Network::frozen_parameters_changed() {
  if (has_backbone())
    frozen_ = FrozenPlan<float>(classifier_.graph, parameters_, *device_,
                                {.last = classifier_.features_node});
}

Tensor<float> Network::features(const Tensor<float>& images) const {
  return has_backbone() ? frozen_.run(images) : images;
}

std::vector<float> Network::logits(const Tensor<float>& images) const {
  Tape<float> tape(*device_, Tape<float>::Recording::off);
  return forward(classifier_.graph, parameters_, tape, Variable<float>{features(images)}, Pass{},
                 trained_segment())
      .value.to_host();
}

}  // namespace nanopneumo
