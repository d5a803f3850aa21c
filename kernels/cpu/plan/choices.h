// Which of several algorithms each convolution of a plan runs by.
#pragma once

#include <cstddef>
#include <vector>

#include "kernels/plan/plan.h"
#include "kernels/precision.h"

namespace nanopneumo::cpu {

enum class Algorithm { direct, winograd };

/// For each operation of a plan; of those that are no convolutions, direct.
using Choices = std::vector<Algorithm>;

/// Winograd's algorithm for every 3x3 convolution at stride 1 that has channels to fill registers with and, with
/// `images` at once, enough tiles to share the reading of its filters, where the arithmetic is float32.
Choices default_choices(const Plan<float>& plan, int images, Precision precision);

}  // namespace nanopneumo::cpu
