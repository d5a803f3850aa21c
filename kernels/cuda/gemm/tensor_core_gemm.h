// A matrix product of any two operands on tensor cores, with the tile that suits its shape.
#pragma once

#include "kernels/cuda/gemm/sum_parts.h"
#include "kernels/cuda/gemm/tensor_cores.h"
#include "kernels/cuda/gemm/tile_policy.h"

namespace nanopneumo::GPU_NAMESPACE {

/// Rows (tap, c) of a weight gradient whose channels are padded: those of the padding are nowhere.
struct TapRows {
  FastDivisor by_padded_channels;
  int channels, columns;

  __device__ std::int64_t offset(int m) const {
    const auto [tap, c] = by_padded_channels.divide_with_remainder(m);
    return c < channels ? (std::int64_t{tap} * channels + c) * columns : -1;
  }
};

/// The rows of a sum of a part: all of them, one after another.
inline ContiguousRows rows_of_part(const ContiguousRows& rows) { return rows; }
inline TapRows rows_of_part(const TapRows& rows) { return {FastDivisor(1), 1, rows.columns}; }

/// As plan_gemm(). The rates follow from the loads from shared memory for each product: 1/64 + 1/64 for
/// a warp's 64 x 64 elements, 1/32 + 1/32 for 32 x 32.
inline GemmPlan plan_tensor_cores(const GemmSize& size, bool may_split) {
  static constexpr tile_policy::Candidate kTiles[] = {{TileShape::m128n128, 128, 128, 1.0},
                                                      {TileShape::m64n64, 64, 64, 0.6},
                                                      {TileShape::m128n32, 128, 32, 0.55}};
  return cheapest_plan(kTiles, size, may_split);
}

/// Elements of room that the sums of a plan's parts need.
inline std::int64_t room_for_parts(const GemmPlan& plan, const GemmSize& size, int columns) {
  return plan.parts > 1 ? std::int64_t{plan.parts} * size.M * columns : 0;
}

/// The tensor cores' kernel of a plan. Where elements are copied one by one, it is the one with the
/// small tile.
template <class A, class B, class Rows>
void launch_tensor_cores(Stream& stream, const GemmPlan& plan, const GemmSize& size, const A& a,
                         const B& b, const Output<Rows>& output) {
  const auto run = [&]<class Tile>(Tile) {
    tensor_cores_gemm<Tile>(stream, size, a, b, output, plan.parts, plan.depth);
  };
  if constexpr (A::kVector > 1) {
    if (plan.tile == TileShape::m128n128) return run(WarpTiles<128, 128, 64, 64>{});
    if (plan.tile == TileShape::m128n32) return run(WarpTiles<128, 32, 32, 32>{});
  }
  run(WarpTiles<64, 64, 32, 32>{});
}

/// output = A B; `sums` has room_for_parts().
template <class A, class B, class Rows>
void tensor_core_gemm(Stream& stream, const GemmPlan& plan, const GemmSize& size, const A& a,
                      const B& b, const Output<Rows>& output, float* sums) {
  if constexpr (requires { rows_of_part(output.rows); }) {
    if (plan.parts > 1) {
      Output<Rows> partial = GPU_NAMESPACE::output(sums, output.columns, rows_of_part(output.rows));
      partial.slice = std::int64_t{size.M} * output.columns;
      launch_tensor_cores(stream, plan, size, a, b, partial);
      return sum_parts(stream, size.M, plan.parts, sums, output);
    }
  }
  launch_tensor_cores(stream, plan, size, a, b, output);
}

}  // namespace nanopneumo::GPU_NAMESPACE
