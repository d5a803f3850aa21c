// Algorithms chosen by the clock, or as they were chosen before.
#pragma once

#include "kernels/cpu/cpu_stream.h"
#include "kernels/cpu/plan/choices.h"
#include "kernels/cpu/plan/operation_pairs.h"
#include "kernels/plan/plan_choices.h"

namespace nanopneumo::cpu {

/// The choices for a plan of N images with elements E, float or BFloat16. Each convolution that several algorithms
/// compute is looked up in `known`; one that is not there is timed by all of them, alone and in memory of its own,
/// and added with the fastest. Another than direct has to be faster by a fiftieth.
template <class E>
Choices known_choices(CpuStream& stream, const Plan<float>& plan, int N, Precision precision,
                      PlanChoices& known);

/// Whether a pair of `plan` takes less time as one operation, with elements E and N images; looked up and found out as the
/// algorithm of a convolution. On their own the two run by the fastest algorithms.
template <class E>
bool is_faster_together(CpuStream& stream, const Plan<float>& plan, const OperationPair& pair,
                        int N, Precision precision, PlanChoices& known);

}  // namespace nanopneumo::cpu
