// Which of several algorithms each convolution of a plan runs by.
#pragma once

#include <string_view>
#include <vector>

#include "kernels/plan/plan.h"
#include "kernels/precision.h"

namespace nanopneumo::cpu {

enum class Algorithm {
  direct,   ///< oneDNN's convolution
  gemm,     ///< a product of matrices, of 1x1 convolutions and dense layers
  tiled,    ///< ours, of any convolution, depthwise too
  winograd  ///< ours, of 3x3 convolutions at stride 1 in float32
};

std::string_view name_of(Algorithm);

/// For each operation of a plan; of those that are no convolutions, direct.
using Choices = std::vector<Algorithm>;

/// The algorithms that compute operation number i, direct first and Winograd's last. Convolutions of pairs that have
/// become one (operation_pairs.h) have no choice.
std::vector<Algorithm> candidates(const Plan<float>& plan, std::size_t i, Precision precision);

/// In bfloat16 tiled where that is possible. In float32 Winograd's algorithm for every 3x3 convolution at stride 1 that
/// has channels to fill registers with and, with `images` at once, enough tiles to share the reading of its filters; for
/// the others the tiled ones where they are faster than oneDNN's.
Choices default_choices(const Plan<float>& plan, int images, Precision precision);

}  // namespace nanopneumo::cpu
