// A pretrained network used as it is, without training.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/image.h"
#include "models/plans_by_colour.h"
#include "models/registry.h"
#include "tools/options.h"
#include "train/network.h"

namespace nanopneumo {

class Backbone {
 public:
  /// A graph of `architecture` (with top, or ending in pooled features) with weights from `weights`
  /// (empty: the fetched one, which is then named on standard output; "none": random), all of it
  /// compiled into one plan. Throws InputError where the file does not fit.
  Backbone(const Architecture& architecture, const ImageSize& size, const ModelOptions& options,
           const std::string& weights, Device& device);

  /// The backbone of a trained network, which may have been fine-tuned, ending in pooled features: what is frozen in
  /// it computes as it did in training. The network outlives this. Throws InputError for one that has no backbone.
  explicit Backbone(const Network& network);

  /// The output, one row an image, whatever images it comes with; pictures must have the network's size. Gray ones are
  /// computed as in training on gray pictures (Network::frozen_part). (N, length of the output).
  std::vector<float> run(std::span<const Image> images) const;
  /// Length of a row.
  std::int64_t outputs() const { return outputs_; }

 private:
  /// Of images that are all gray or all not.
  Tensor<float> run_alike(std::span<const Image* const> images, bool are_gray) const;

  const Architecture& architecture_;
  Device& device_;
  Shape image_;
  std::int64_t outputs_;
  std::function<const FrozenPlan<float>&(bool gray)> frozen_part_;
  std::optional<FrozenPlan<float>> rest_;  ///< what was fine-tuned
};

}  // namespace nanopneumo
