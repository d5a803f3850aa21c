// The pictures of what the trained networks look at.
#pragma once

#include "tools/reproduce/plan.h"
#include "tools/signals.h"

namespace nanopneumo {

/// Grad-CAM and feature maps of each model's first complete run, and its occlusion audit where there are
/// X-rays; of phantoms the pointing game. What is complete already is left alone; what `check` left off is begun anew.
void look_inside(const ReproducePlan& plan, const ReproduceFolder& folder, const StopCheck& check);

}  // namespace nanopneumo
