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

namespace nanopneumo {

class Backbone {
 public:
  /// A graph of `architecture` (with top, or ending in pooled features) with weights from `weights`
  /// (empty: the fetched one, which is then named on standard output; "none": random), all of it
  /// compiled into one plan. Throws InputError where the file does not fit.
  Backbone(const Architecture& architecture, const ImageSize& size, const ModelOptions& options,
           const std::string& weights, Device& device);

  /// The output, one row an image; pictures must have the network's size. (N, length of the
  /// output).
  std::vector<float> run(std::span<const Image> images) const;
  /// Length of a row.
  std::int64_t outputs() const { return graph_.output().output.elements(); }

 private:
  const Architecture& architecture_;
  Device& device_;
  Graph graph_;
  FrozenPlan<float> plan_;
};

}  // namespace nanopneumo
