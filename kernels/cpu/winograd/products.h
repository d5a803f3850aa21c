// The matrix products between the transforms, one for each of the 36 positions.
#pragma once

#include <cstdint>

#include "kernels/cpu/winograd/tiles.h"

namespace nanopneumo::cpu::winograd {

/// m[t][k] = sum_c v[t][c] u[c][k] for `tiles` tiles and the kPanel columns of a panel. v: (blocks of C,
/// kLanes) for each tile, blocks `v_block` floats apart; u: (C, kPanel); m: (tiles, kPanel).
void multiply(int tiles, int C, const float* v, std::int64_t v_block, const float* u, float* m);

/// w[c][k] = (first ? 0 : w[c][k]) + sum_t v[t][c] m[t][k]; the operands as in multiply, w: (C, kPanel).
void multiply_transposed(int tiles, int C, const float* v, std::int64_t v_block, const float* m,
                         bool first, float* w);

}  // namespace nanopneumo::cpu::winograd
