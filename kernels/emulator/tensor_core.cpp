#include "kernels/emulator/tensor_core.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "kernels/cuda/bfloat16.h"

namespace nanopneumo::emulator {
namespace detail {
namespace {

// In every fragment lane l stands at row l / 4 of an 8 x 8 tile, and its register holds what lies at
// quarter l % 4 of that row: two elements of 16 bits (8 columns), or one of 32 bits (4 columns).
struct Place {
  unsigned row, quarter;
};
Place place(unsigned lane) { return {lane / 4, lane % 4}; }

struct Bf16 {
  static constexpr unsigned kPerRegister = 2;
  static double element(unsigned word, unsigned i) {
    return to_float(bfloat16{static_cast<std::uint16_t>(word >> 16 * i)});
  }
};

struct Tf32 {
  static constexpr unsigned kPerRegister = 1;
  static double element(unsigned word, unsigned) {  // the lower 13 bits are not looked at
    return std::bit_cast<float>(word & 0xFFFFE000u);
  }
};

// D (16 x 8) += A (16 x K) B (K x 8). A is cut into four tiles (upper left, lower left, upper right,
// lower right), one a register; B's transpose into two (left, right); D into two (upper, lower) with
// two registers each. The products are exact in double, and the sum is rounded once: real tensor cores
// keep fewer bits than that, and which is not documented.
template <class Type>
void product(void* const* frames) {
  constexpr unsigned kPer = Type::kPerRegister, kTile = 4 * kPer, kK = 2 * kTile;
  double a[16][kK], b[kK][8], d[16][8];
  for (unsigned lane = 0; lane < kWarpSize; ++lane) {
    const auto& frame = *static_cast<const MatrixProduct*>(frames[lane]);
    const auto [row, quarter] = place(lane);
    for (unsigned i = 0; i < kPer; ++i) {
      const unsigned column = quarter * kPer + i;
      for (unsigned tile = 0; tile < 4; ++tile)
        a[row + tile % 2 * 8][column + tile / 2 * kTile] = Type::element(frame.a[tile], i);
      for (unsigned tile = 0; tile < 2; ++tile)
        b[column + tile * kTile][row] = Type::element(frame.b[tile], i);
    }
    for (unsigned i = 0; i < 4; ++i) d[row + i / 2 * 8][quarter * 2 + i % 2] = frame.d[i];
  }
  for (unsigned m = 0; m < 16; ++m)
    for (unsigned k = 0; k < kK; ++k)
      for (unsigned n = 0; n < 8; ++n) d[m][n] += a[m][k] * b[k][n];
  for (unsigned lane = 0; lane < kWarpSize; ++lane) {
    const auto& frame = *static_cast<const MatrixProduct*>(frames[lane]);
    const auto [row, quarter] = place(lane);
    for (unsigned i = 0; i < 4; ++i)
      frame.d[i] = static_cast<float>(d[row + i / 2 * 8][quarter * 2 + i % 2]);
  }
}

}  // namespace

void combine_product_bf16(void* const* frames, unsigned) { product<Bf16>(frames); }
void combine_product_tf32(void* const* frames, unsigned) { product<Tf32>(frames); }

// Row r of matrix m is what lane 8 m + r has loaded.
template <int kMatrices, bool kTransposed>
void combine_matrix_load(void* const* frames, unsigned) {
  std::uint16_t matrix[8][8];
  for (unsigned m = 0; m < kMatrices; ++m) {
    for (unsigned row = 0; row < 8; ++row)
      std::memcpy(matrix[row], &static_cast<MatrixLoad*>(frames[8 * m + row])->row, 16);
    for (unsigned lane = 0; lane < kWarpSize; ++lane) {
      const auto [row, quarter] = place(lane);
      const unsigned column = 2 * quarter;
      const std::uint16_t first = kTransposed ? matrix[column][row] : matrix[row][column];
      const std::uint16_t second = kTransposed ? matrix[column + 1][row] : matrix[row][column + 1];
      static_cast<MatrixLoad*>(frames[lane])->registers[m] = pack({first}, {second});
    }
  }
}

template void combine_matrix_load<1, false>(void* const*, unsigned);
template void combine_matrix_load<2, false>(void* const*, unsigned);
template void combine_matrix_load<4, false>(void* const*, unsigned);
template void combine_matrix_load<1, true>(void* const*, unsigned);
template void combine_matrix_load<2, true>(void* const*, unsigned);
template void combine_matrix_load<4, true>(void* const*, unsigned);

void check_matrix_row(const void* row) {
  if (reinterpret_cast<std::uintptr_t>(row) % 16)
    this_block->fail("ldmatrix: a row's address is not a multiple of 16 bytes");
  if (!this_block->shared().contains(row, 16))
    this_block->fail("ldmatrix: a row does not lie in the block's shared memory");
}

}  // namespace detail

unsigned to_tf32(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return 0x7FFFFFFFu;
  return std::isinf(value) ? bits : (bits + 0x1000u) & 0xFFFFE000u;
}

}  // namespace nanopneumo::emulator
