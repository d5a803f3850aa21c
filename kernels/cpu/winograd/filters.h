// 3x3 kernels to the transformed domain and back.
#pragma once

#include "kernels/cpu/winograd/tiles.h"
#include "kernels/stream.h"

namespace nanopneumo::cpu::winograd {

/// u = G w G^T in the FilterLayout of C inputs and K outputs; w: (3, 3, C, K). Columns beyond K are zero.
void transform_filters(Stream&, int C, int K, const float* w, float* u);

/// The filters of the input gradient: turned by 180 degrees, with K inputs and C outputs (FilterLayout{K, C}).
void transform_turned_filters(Stream&, int C, int K, const float* w, float* u);

/// dw = G^T u G, u being the sum of `parts` arrays in the FilterLayout of C and K, one after another.
void transform_filter_gradients(Stream&, int C, int K, int parts, const float* u, float* dw);

}  // namespace nanopneumo::cpu::winograd
