// A pretrained network used as it is, without training.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/image.h"
#include "models/frozen_plan.h"
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
  /// it computes as it did in training. Throws InputError for one that has no backbone.
  explicit Backbone(const Network& network);

  /// The output, one row an image; pictures must have the network's size. (N, length of the
  /// output).
  std::vector<float> run(std::span<const Image> images) const;
  /// Length of a row.
  std::int64_t outputs() const { return outputs_; }

 private:
  const Architecture& architecture_;
  Device& device_;
  Shape image_;
  std::int64_t outputs_;
  std::vector<FrozenPlan<float>> parts_;  ///< one after the other
};

}  // namespace nanopneumo
