// A plan taken apart where a single value leads from one part to the next.
#pragma once

#include "kernels/plan/plan.h"

namespace nanopneumo::cpu {

/// Whether the operations from number i on read nothing of what was there before but the result of number i - 1,
/// and neither does the plan's caller. False where one side would be empty.
bool can_cut(const Plan<float>& plan, std::size_t i);

/// Takes the first `count` operations away, where can_cut(plan, count) or count is 0, and returns them as a plan
/// that ends where `plan` then begins.
Plan<float> take_front(Plan<float>& plan, std::size_t count);

/// Where the late part of a plan begins, whose images have become so small that the reading of weights takes longer
/// than that of values: the number of its first operation. 0 where there is no such part with a convolution.
std::size_t late_part(const Plan<float>& plan);

}  // namespace nanopneumo::cpu
