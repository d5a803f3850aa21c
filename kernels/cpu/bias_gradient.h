// db[k] = sum over all rows of dy[row,k]: the gradient of every bias.
#pragma once

#include "kernels/dims.h"
#include "kernels/kernels.h"

namespace nanopneumo::cpu {

/// db: (C), the sum of the rows of dy: (rows, C). oneDNN's weight gradients can have it, too, but take
/// up to twice as long with it (docs/measurements.md).
void bias_gradient(Stream&, const RowsDims&, const float* dy, float* db);

}  // namespace nanopneumo::cpu
