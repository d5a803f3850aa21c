// Kernels that show what kernels/cuda/async_copy.h does. They are compiled like any .cu file: by the
// host's compiler for the tests, by nvcc for a GPU.
#pragma once

#include "kernels/cuda/async_copy.h"
#include "kernels/cuda/launch.h"

namespace nanopneumo::GPU_NAMESPACE {

/// Thread i copies bytes[i] of the kBytes bytes at x + i kBytes.
template <int kBytes>
__global__ void copy_kernel(const unsigned char* x, const int* bytes, unsigned char* y) {
  SHARED_ARRAY(unsigned char, buffer, [64 * kBytes]);
  const unsigned i = threadIdx.x;
  copy_async<kBytes>(buffer + i * kBytes, bytes[i] ? x + i * kBytes : nullptr, bytes[i]);
  commit_copies();
  wait_for_copies<0>();
  for (unsigned k = 0; k < kBytes; ++k) y[i * kBytes + k] = buffer[i * kBytes + k];
}

/// Each thread copies four words as four groups. y[w][i] = the words as they are when all but the
/// newest w groups have arrived.
__global__ void group_kernel(const unsigned* x, unsigned (*y)[4][32]) {
  SHARED_ARRAY(unsigned, words, [4][32]);
  const unsigned lane = threadIdx.x;
  const auto look = [&](int waiting) {
    for (int i = 0; i < 4; ++i) y[waiting][i][lane] = words[i][lane];
  };
  for (int i = 0; i < 4; ++i) {
    copy_async<4>(&words[i][lane], x + i * 32 + lane, 4);
    commit_copies();
  }
  wait_for_copies<3>();
  look(3);
  wait_for_copies<2>();
  look(2);
  wait_for_copies<1>();
  look(1);
  wait_for_copies<0>();
  look(0);
}

}  // namespace nanopneumo::GPU_NAMESPACE
