// Each step of the GEMM ladder (gemm/naive.h, shared_tiles.h, register_tiles.h, tensor_cores.h) on a
// product of plain matrices and on a convolution, to be measured beside one another. Layers use
// kernels.h.
#pragma once

#include <array>
#include <string_view>

#include "kernels/cuda/gemm/views.h"
#include "kernels/kernels.h"

namespace nanopneumo::GPU_NAMESPACE {

enum class GemmStep { naive, shared_tiles, register_tiles, tensor_cores };

inline constexpr std::array kGemmSteps = {GemmStep::naive, GemmStep::shared_tiles,
                                          GemmStep::register_tiles, GemmStep::tensor_cores};

/// As the files of gemm/ are called.
constexpr std::string_view name(GemmStep step) {
  switch (step) {
    case GemmStep::naive:
      return "naive";
    case GemmStep::shared_tiles:
      return "shared_tiles";
    case GemmStep::register_tiles:
      return "register_tiles";
    case GemmStep::tensor_cores:
      return "tensor_cores";
  }
  return "";
}

/// c = a b. a: (M, K), b: (K, N), c: (M, N).
void gemm_with(GemmStep, Stream&, const GemmSize&, const float* a, const float* b, float* c);
/// kernels.h: conv_forward.
void conv_forward_with(GemmStep, Stream&, const ConvDims&, const float* x, const float* w,
                       const Epilogue<float>&, float* y);

}  // namespace nanopneumo::GPU_NAMESPACE
