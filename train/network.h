// A classifier of a run: its graph, its parameters on a device, and how an image becomes its input.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/eager.h"
#include "models/frozen_plan.h"
#include "models/registry.h"

namespace nanopneumo {

class Network {
 public:
  /// The classifier of `architecture` with parameters initialised from `seed`. A backbone is random
  /// until load_backbone. Throws InputError for options that do not fit the architecture.
  Network(const Architecture& architecture, const Shape& image, const ModelOptions& options,
          Device& device, std::uint64_t seed);

  const Architecture& architecture() const { return *architecture_; }
  const Graph& graph() const { return classifier_.graph; }
  Device& device() const { return *device_; }
  Parameters<float>& parameters() { return parameters_; }
  const Parameters<float>& parameters() const { return parameters_; }
  bool has_backbone() const { return classifier_.features_node > 0; }
  /// The layers that are trained: what comes after the frozen features.
  Segment trained_segment() const { return {.first = classifier_.features_node}; }

  /// Fills the frozen backbone from a Keras weight file. Returns the layers of its ImageNet
  /// classifier, left out, where it has one. Throws InputError where the file does not fit.
  std::vector<std::string> load_backbone(const std::filesystem::path& file);
  /// To be called after the frozen parameters have changed: the plan of the frozen part is compiled
  /// anew.
  void frozen_parameters_changed();

  /// Pooled features (N, C) of images (N, H, W, 3); the images themselves where nothing is frozen.
  Tensor<float> features(const Tensor<float>& images) const;
  /// The logits (N,) in inference mode.
  std::vector<float> logits(const Tensor<float>& images) const;

 private:
  const Architecture* architecture_;
  ModelOptions options_;
  Device* device_;
  Classifier classifier_;
  Parameters<float> parameters_;
  FrozenPlan<float> frozen_;
};

}  // namespace nanopneumo
