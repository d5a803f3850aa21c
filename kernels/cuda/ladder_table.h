// The steps of the GEMM ladder (ladder.h) as a list, compiled three times (gpu.h).
#pragma once

#include <span>
#include <string_view>

#include "kernels/kernels.h"

namespace nanopneumo {

/// One step: a name, as the file in kernels/cuda/gemm is called, and what it computes.
struct LadderStep {
  std::string_view name;
  /// dense_forward and conv_forward of kernels.h without an epilogue.
  void (*product)(Stream&, const DenseDims&, const float* x, const float* w, float* y);
  void (*convolution)(Stream&, const ConvDims&, const float* x, const float* w, float* y);
};

namespace cuda {
std::span<const LadderStep> ladder();
}
namespace emulated {
std::span<const LadderStep> ladder();
}
namespace profiled {
std::span<const LadderStep> ladder();
}

}  // namespace nanopneumo
