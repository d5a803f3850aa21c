// A classifier of a run: its graph, its parameters on a device, and how an image becomes its input.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/eager.h"
#include "models/plans_by_colour.h"
#include "models/registry.h"
#include "train/fine_tuning.h"

namespace nanopneumo {

/// What the frozen backbone of a new network holds.
enum class BackboneValues {
  random,       ///< from the seed
  to_be_loaded  ///< nothing: load_backbone, or a checkpoint, fills it before it is used
};

class Network {
 public:
  /// The classifier of `architecture` with parameters initialised from `seed`. Its backbone is frozen. Throws
  /// InputError for options that do not fit the architecture.
  Network(const Architecture& architecture, const Shape& image, const ModelOptions& options,
          Device& device, std::uint64_t seed, BackboneValues backbone = BackboneValues::random);

  const Architecture& architecture() const { return *architecture_; }
  const Graph& graph() const { return classifier_.graph; }
  Device& device() const { return *device_; }
  Parameters<float>& parameters() { return parameters_; }
  const Parameters<float>& parameters() const { return parameters_; }
  bool has_backbone() const { return classifier_.features_node > 0; }
  /// The node whose output is the backbone's pooled features.
  int features_node() const { return classifier_.features_node; }
  /// Another number whenever the frozen part has changed: what was computed with it before is of no use.
  int frozen_version() const { return frozen_version_; }
  /// The layers that a training step runs: what comes after the frozen part.
  Segment trained_segment() const { return {.first = frozen_end_}; }

  /// Fills the backbone from a Keras weight file. Returns the layers of its ImageNet
  /// classifier, left out, where it has one. Throws InputError where the file does not fit.
  std::vector<std::string> load_backbone(const std::filesystem::path& file);
  /// To be called after the frozen parameters have changed: plans of the frozen part are compiled anew.
  void frozen_parameters_changed();
  /// Unfreezes what `tuning` names of the backbone. The parameters are laid out anew: an optimiser that was made
  /// for them no longer fits. Throws InputError as unfreeze(Graph&, ...).
  void fine_tune(const FineTuning& tuning);

  /// How many channels of preprocessed images (Preprocessing::channels) frozen_output needs to see: 3, or of gray ones
  /// fewer where the frozen part can do without (models/gray_input.h).
  int channels_of(bool gray_images) const;
  /// The trained segment's input for images (N, H, W, C) with C as channels_of gives it: what the frozen part makes of
  /// them; the images themselves where nothing is frozen.
  Tensor<float> frozen_output(const Tensor<float>& images) const;
  /// What computes frozen_output for images that are gray or not: the same plan for both, or in float32 two. Compiled
  /// when it is first asked for.
  const FrozenPlan<float>& frozen_part(bool gray_images = false) const;
  /// A part of the network, with the parameters as they are now, in inference mode.
  FrozenPlan<float> plan(Segment segment) const;
  /// The logits (N,) in inference mode. For many batches keep plan(trained_segment()).
  std::vector<float> logits(const Tensor<float>& images) const;

 private:
  const Architecture* architecture_;
  ModelOptions options_;
  Device* device_;
  Classifier classifier_;
  Parameters<float> parameters_;
  int frozen_end_;  ///< the last node of the frozen part
  int frozen_version_ = 0;
  mutable PlansByColour frozen_plans_;  ///< as they are asked for
};

}  // namespace nanopneumo
