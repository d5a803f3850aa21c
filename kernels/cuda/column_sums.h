// Sums over the rows of a matrix.
#pragma once

#include "kernels/cuda/gpu.h"
#include "kernels/kernels.h"

namespace nanopneumo::GPU_NAMESPACE {

/// sums[c] = sum over all rows of x[row, c]; x: (rows, C), sums: (C). Takes the stream's workspace.
void column_sums(Stream&, const RowsDims&, const float* x, float* sums);

}  // namespace nanopneumo::GPU_NAMESPACE
