#include "train/network.h"

#include "tensor/trace.h"
#include "train/pretrained.h"

namespace nanopneumo {

Network::Network(const Architecture& architecture, const Shape& image, const ModelOptions& options,
                 Device& device, std::uint64_t seed, BackboneValues backbone)
    : architecture_(&architecture),
      options_(options),
      device_(&device),
      classifier_(build_classifier(architecture, image, options)),
      parameters_(classifier_.graph, device, seed,
                  backbone == BackboneValues::to_be_loaded ? classifier_.features_node : -1),
      frozen_end_(classifier_.features_node) {
  if (backbone == BackboneValues::random) frozen_parameters_changed();
}

std::vector<std::string> Network::load_backbone(const std::filesystem::path& file) {
  const std::vector<std::string> left_out =
      load_keras_weights(file, classifier_.graph, parameters_, classifier_.features_node,
                         top_layers(*architecture_, options_));
  frozen_parameters_changed();
  return left_out;
}

void Network::frozen_parameters_changed() {
  frozen_plans_.reset();
  ++frozen_version_;
}

const FrozenPlan<float>& Network::frozen_part(bool gray_images) const {
  return frozen_plans_.of(gray_images && frozen_end_ > 0, classifier_.graph, parameters_, *device_,
                          {.last = frozen_end_}, architecture_->preprocessing);
}

int Network::channels_of(bool gray_images) const {
  return gray_images && frozen_end_ > 0 ? frozen_part(true).channels() : 3;
}

void Network::fine_tune(const FineTuning& tuning) {
  frozen_parameters_changed();  // first, so that its plans' memory is free
  const int first = unfreeze(classifier_.graph, classifier_.features_node, tuning);
  parameters_ = Parameters<float>(classifier_.graph, parameters_);
  device_->allocator().trim();  // the old ones were as large
  frozen_end_ = last_cut_before(classifier_.graph, first);
}

Tensor<float> Network::frozen_output(const Tensor<float>& images) const {
  const TraceSpan span(*device_, "frozen part");
  return frozen_part(/*gray_images=*/images.shape()[3] < 3).run(images);
}

FrozenPlan<float> Network::plan(Segment segment) const {
  return FrozenPlan<float>(classifier_.graph, parameters_, *device_, segment);
}

std::vector<float> Network::logits(const Tensor<float>& images) const {
  return plan(trained_segment()).run(frozen_output(images)).to_host();
}

}  // namespace nanopneumo
