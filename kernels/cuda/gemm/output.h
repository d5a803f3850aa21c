// What a matrix product writes: where the rows of C lie, and what is done to an element before.
#pragma once

#include <cstdint>

#include "kernels/cuda/epilogue.h"
#include "kernels/cuda/gemm/views.h"

namespace nanopneumo::GPU_NAMESPACE {

/// The rows of C one after another.
struct ContiguousRows {
  int columns;
  __device__ std::int64_t offset(int m) const { return std::int64_t{m} * columns; }
};

/// C in memory. Rows::offset(m) says where row m begins, negative: nowhere, it is padding. A row's
/// columns lie side by side.
template <class Rows>
struct Output {
  float* data;
  int columns;
  Rows rows;
  Epilogue<float> epilogue;
  bool by_four;            ///< 16-byte stores are possible
  std::int64_t slice = 0;  ///< elements between the partial results of a product in parts

  /// The part of the reduction that this block works on is number `part`.
  __device__ Output of_part(unsigned part) const {
    Output output = *this;
    output.data += std::int64_t{part} * slice;
    return output;
  }
  /// The bias of columns n .. n+3, zeros where there is none. Whoever stores many rows of the same
  /// columns adds it to them and stores to without_bias(): the bias is then read once.
  __device__ float4 bias4(int n) const {
    const float* bias = epilogue.bias;
    if (!bias || n >= columns) return make_float4(0, 0, 0, 0);
    if (by_four) return load4(bias + n);
    const auto at = [&](int i) { return n + i < columns ? bias[n + i] : 0.0f; };
    return make_float4(at(0), at(1), at(2), at(3));
  }
  __device__ Output without_bias() const {
    Output output = *this;
    output.epilogue.bias = nullptr;
    return output;
  }
  __device__ void store(int m, int n, float value) const {
    const std::int64_t row = rows.offset(m);
    if (row >= 0 && n < columns) store_at(row + n, n, value);
  }
  /// Columns n .. n+3 of row m, where by_four holds.
  __device__ void store_by_four(int m, int n, float4 value) const {
    const std::int64_t row = rows.offset(m), i = row + n;
    if (row >= 0 && n < columns) GPU_NAMESPACE::store4(data + i, apply4(epilogue, value, i, n));
  }
  /// Columns n .. n+3 of row m, as far as there are such columns; n is a multiple of 4.
  __device__ void store4(int m, int n, float4 value) const {
    if (by_four) return store_by_four(m, n, value);
    const std::int64_t row = rows.offset(m), i = row + n;
    if (row < 0 || n >= columns) return;
    store_at(i, n, value.x);
    if (n + 1 < columns) store_at(i + 1, n + 1, value.y);
    if (n + 2 < columns) store_at(i + 2, n + 2, value.z);
    if (n + 3 < columns) store_at(i + 3, n + 3, value.w);
  }

 private:
  __device__ void store_at(std::int64_t i, int n, float value) const {
    data[i] = apply(epilogue, value, i, n);
  }
};

/// An output of `columns` columns with its epilogue.
template <class Rows>
Output<Rows> output(float* data, int columns, const Rows& rows,
                    const Epilogue<float>& epilogue = {}) {
  const bool by_four = columns % 4 == 0 && is_aligned16(data) && is_aligned16(epilogue);
  return {data, columns, rows, epilogue, by_four};
}

/// The same for a row-major matrix.
inline Output<ContiguousRows> output(float* data, int columns,
                                     const Epilogue<float>& epilogue = {}) {
  return output(data, columns, ContiguousRows{columns}, epilogue);
}

}  // namespace nanopneumo::GPU_NAMESPACE
