#include "models/plans_by_colour.h"

#include "tensor/trace.h"

namespace nanopneumo {

const FrozenPlan<float>& PlansByColour::of(bool gray_images, const Graph& graph,
                                           const Parameters<float>& parameters, Device& device,
                                           Segment segment, const Preprocessing& preprocessing) {
  const bool as_gray = gray_images && device.frozen_precision() == Precision::float32;
  std::optional<FrozenPlan<float>>& plan = as_gray ? for_gray_ : for_colour_;
  if (plan) return *plan;
  const TraceSpan span(device, "compile");
  if (as_gray)
    plan.emplace(graph, parameters, device, segment, preprocessing);
  else
    plan.emplace(graph, parameters, device, segment, device.frozen_precision());
  return *plan;
}

void PlansByColour::reset() {
  for_colour_.reset();
  for_gray_.reset();
}

}  // namespace nanopneumo
