// A plan taken apart where a single value leads from one part to the next.
#pragma once

#include "kernels/plan/plan.h"

namespace nanopneumo::cpu {

/// How often value v is read, once by the caller where it is the output.
int readers(const Plan<float>&, int v);

/// Whether the operations from number i on read nothing of what was there before but the result of number i - 1,
/// and neither does the plan's caller. False where one side would be empty.
bool can_cut(const Plan<float>& plan, std::size_t i);

/// Takes the first `count` operations away, where can_cut(plan, count) or count is 0, and returns them as a plan
/// that ends where `plan` then begins.
Plan<float> take_front(Plan<float>& plan, std::size_t count);

/// The first place for a cut where what leads from one part to the next is an image of at most so many pixels: the
/// number of the operation after it. 0 where there is none.
std::size_t cut_at_small_image(const Plan<float>& plan, std::int64_t most_pixels);

/// Where the last part of a plan begins whose values are all images of at most so many pixels: the number of its first
/// operation. 0 where there is no such part with a convolution.
std::size_t part_of_small_images(const Plan<float>& plan, std::int64_t most_pixels);

}  // namespace nanopneumo::cpu
