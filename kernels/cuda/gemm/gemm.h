// A matrix product of any two operands with the kernel that suits its shape.
#pragma once

#include <type_traits>

#include "kernels/cuda/gemm/register_tiles.h"
#include "kernels/cuda/gemm/sum_parts.h"
#include "kernels/cuda/gemm/tile_policy.h"

namespace nanopneumo::GPU_NAMESPACE {

/// The register-tiled kernel of a plan.
template <class A, class B, class Rows>
void launch_plan(Stream& stream, const GemmPlan& plan, const GemmSize& size, const A& a, const B& b,
                 const Output<Rows>& output) {
  const auto run = [&]<class Tile>(Tile) {
    register_tiles_gemm<Tile>(stream, size, a, b, output, plan.parts, plan.depth);
  };
  if constexpr (A::kVector == 4) {
    if (plan.tile == TileShape::m128n128) return run(RegisterTile<128, 128, 8, 8>{});
    if (plan.tile == TileShape::m128n64) return run(RegisterTile<128, 64, 8, 8>{});
    if (plan.tile == TileShape::m128n32) return run(RegisterTile<128, 32, 8, 4>{});
  }
  if (plan.tile == TileShape::m64n64) return run(RegisterTile<64, 64, 4, 8>{});
  run(RegisterTile<32, 32, 4, 4>{});
}

/// output = A B. Takes the stream's workspace where the reduction is done in parts, which happens
/// only with an output whose rows are contiguous.
template <class A, class B, class Rows>
void gemm(Stream& stream, const GemmSize& size, const A& a, const B& b,
          const Output<Rows>& output) {
  const bool may_split = std::is_same_v<Rows, ContiguousRows>;
  const GemmPlan plan = plan_gemm(size, A::kVector, may_split);
  if constexpr (may_split) {
    if (plan.parts > 1) {
      const std::int64_t slice = std::int64_t{size.M} * size.N;
      auto* sums = static_cast<float*>(gpu_stream(stream).workspace(
          static_cast<std::size_t>(plan.parts * slice) * sizeof(float)));
      Output<Rows> partial = GPU_NAMESPACE::output(sums, size.N, output.rows);
      partial.slice = slice;
      launch_plan(stream, plan, size, a, b, partial);
      sum_parts(stream, size.M, plan.parts, sums, output);
      return;
    }
  }
  launch_plan(stream, plan, size, a, b, output);
}

}  // namespace nanopneumo::GPU_NAMESPACE
