// A frozen segment for images that are gray and for those that are not.
#pragma once

#include <optional>

#include "models/frozen_plan.h"

namespace nanopneumo {

class PlansByColour {
 public:
  /// What computes `segment` of a graph for images that are gray or not: the same plan for both, or in float32 two, each
  /// compiled when it is first asked for. In bfloat16 gray images have none of their own: weights that are summed over
  /// the channels would be rounded. The arguments are the same in all calls since reset().
  const FrozenPlan<float>& of(bool gray_images, const Graph& graph,
                              const Parameters<float>& parameters, Device& device, Segment segment,
                              const Preprocessing& preprocessing);

  /// The parameters have changed.
  void reset();

 private:
  std::optional<FrozenPlan<float>> for_colour_, for_gray_;
};

}  // namespace nanopneumo
