// A plan compiled for the CPU: primitives made once, weights packed once, one arena for all values.
#pragma once

#include "kernels/cpu/bfloat16.h"
#include "kernels/cpu/cpu_stream.h"
#include "kernels/plan/plan.h"
#include "kernels/plan/plan_choices.h"
#include "kernels/precision.h"

namespace nanopneumo::cpu {

/// Runs a batch a few images at a time, so that what one operation writes is still in the caches when the next
/// one reads it, and more of them through the late part (plan_parts.h). What is left of a batch runs with fewer. An
/// image's result does not depend on its batch: our kernels compute each pixel by itself, and oneDNN's calls, which may
/// not, always have all images that they were made for. Nothing is allocated after the first run.
///
/// Arithmetic is float32, or with Precision::bf16 products of bfloat16 summed in float32 and values kept in
/// bfloat16 between the operations. oneDNN's ReLU turns a NaN into 0; weight files are refused where they hold
/// one (io/keras_weights.h).
///
/// The algorithms of its convolutions are those of `choices` (measured_choices.h), or where that is null the
/// ones that default_choices gives.
std::unique_ptr<CompiledPlan> compile_plan(Plan<float> plan, Precision precision,
                                           std::shared_ptr<PlanChoices> choices);

}  // namespace nanopneumo::cpu
