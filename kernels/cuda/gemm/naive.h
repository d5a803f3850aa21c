// Step 1 of the ladder: one thread for each element of C, which reads its row of A and its column of
// B from global memory.
//
// It is the formula and nothing else. Each product costs two loads, M N K times: neighbours in a warp
// share most of them, but nothing is kept from one k to the next, so the kernel waits for memory
// nearly all of the time.
#pragma once

#include "kernels/cuda/gemm/output.h"
#include "kernels/cuda/gemm/views.h"
#include "kernels/cuda/launch.h"

namespace nanopneumo::GPU_NAMESPACE {

inline constexpr int kNaiveRows = 8, kNaiveColumns = 32;

template <class A, class B, class Rows>
__global__ void naive_gemm_kernel(GemmSize size, A a, B b, Output<Rows> output) {
  const int m = static_cast<int>(blockIdx.x) * kNaiveRows + static_cast<int>(threadIdx.y);
  const int n = static_cast<int>(blockIdx.y) * kNaiveColumns + static_cast<int>(threadIdx.x);
  if (m >= size.M || n >= size.N) return;
  float sum = 0;
  for (int k = 0; k < size.K; ++k) sum = fmaf(element(a, m, k), element(b, n, k), sum);
  output.store(m, n, sum);
}

template <class A, class B, class Rows>
void naive_gemm(Stream& stream, const GemmSize& size, const A& a, const B& b,
                const Output<Rows>& output) {
  const dim3 grid(static_cast<unsigned>(ceil_div(size.M, kNaiveRows)),
                  static_cast<unsigned>(ceil_div(size.N, kNaiveColumns)));
  launch(stream, KERNEL(naive_gemm_kernel<A, B, Rows>), grid, dim3(kNaiveColumns, kNaiveRows), 0,
         size, a, b, output);
}

}  // namespace nanopneumo::GPU_NAMESPACE
