// From the layers of a graph to the operations of a plan, one for one: the rules of plan_rules.h fuse them.
#pragma once

#include "kernels/plan/plan.h"
#include "models/eager.h"

namespace nanopneumo {

/// The segment of `graph` in inference mode with the parameters as they are. Dropout vanishes, batch
/// normalisation becomes an affine map per channel (computed in double), a separable convolution two
/// operations. The input is the output of segment.first. Throws std::logic_error for a layer it does not know,
/// or one that reads from outside of the segment.
template <class T>
Plan<T> lower(const Graph& graph, const Parameters<T>& parameters, Segment segment);

}  // namespace nanopneumo
