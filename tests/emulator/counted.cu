// Kernels whose counters are known by hand.
#include "kernels/cuda/launch.h"
#include "tests/emulator/toys.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

__global__ void copy_kernel(int n, const float* in, float* out) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < n) out[i] = in[i];
}

using FourFloats [[gnu::may_alias]] = float __attribute__((vector_size(16)));

__global__ void copy_by_four_kernel(int n, const float* in, float* out) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (4 * i < n) reinterpret_cast<FourFloats*>(out)[i] = reinterpret_cast<const FourFloats*>(in)[i];
}

__global__ void copy_strided_kernel(int n, int stride, const float* in, float* out) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < n) out[i] = in[i * stride];
}

template <int kRow>
__global__ void transpose_kernel(const float* in, float* out) {
  SHARED_ARRAY(float, tile, [32][kRow]);
  const unsigned i = threadIdx.y, j = threadIdx.x;
  tile[i][j] = in[i * 32 + j];
  __syncthreads();
  out[i * 32 + j] = tile[j][i];
}

__global__ void shared_by_four_kernel(const float* in, float* out) {
  SHARED_ARRAY(float, tile, [128]);
  const unsigned i = threadIdx.x;
  reinterpret_cast<FourFloats*>(&tile[0])[i] = reinterpret_cast<const FourFloats*>(in)[i];
  __syncthreads();
  reinterpret_cast<FourFloats*>(out)[i] = reinterpret_cast<const FourFloats*>(&tile[0])[31 - i];
}

template <bool kBarrier>
__global__ void block_sum_kernel(const float* in, float* out) {
  SHARED_ARRAY(float, partial, [256]);
  const unsigned i = threadIdx.x;
  partial[i] = in[blockIdx.x * 256 + i];
  for (unsigned half = 128; half > 0; half /= 2) {
    if (kBarrier) __syncthreads();
    if (i < half) partial[i] += partial[i + half];
  }
  if (i == 0) out[blockIdx.x] = partial[0];
}

constexpr int kTile = 16;

__global__ void tiled_gemm_kernel(int N, int K, const float* A, const float* B, float* C) {
  SHARED_ARRAY(float, a, [kTile][kTile]);
  SHARED_ARRAY(float, b, [kTile][kTile]);
  const int i = static_cast<int>(threadIdx.y), j = static_cast<int>(threadIdx.x);
  const int row = static_cast<int>(blockIdx.y) * kTile + i;
  const int column = static_cast<int>(blockIdx.x) * kTile + j;
  float sum = 0;
  for (int k0 = 0; k0 < K; k0 += kTile) {
    a[i][j] = A[row * K + k0 + j];
    b[i][j] = B[(k0 + i) * N + column];
    __syncthreads();
    for (int k = 0; k < kTile; ++k) sum += a[i][k] * b[k][j];
    __syncthreads();
  }
  C[row * N + column] = sum;
}

unsigned blocks_of(int n, int threads) { return static_cast<unsigned>(ceil_div(n, threads)); }

}  // namespace

void copy(Stream& stream, int n, const float* in, float* out) {
  launch(stream, KERNEL(copy_kernel), blocks_of(n, 128), 128, 0, n, in, out);
}
void copy_by_four(Stream& stream, int n, const float* in, float* out) {
  launch(stream, KERNEL(copy_by_four_kernel), blocks_of(n, 4 * 128), 128, 0, n, in, out);
}
void copy_strided(Stream& stream, int n, int stride, const float* in, float* out) {
  launch(stream, KERNEL(copy_strided_kernel), blocks_of(n, 128), 128, 0, n, stride, in, out);
}
void transpose_32(Stream& stream, const float* in, float* out) {
  launch(stream, KERNEL(transpose_kernel<32>), 1, dim3(32, 32), 0, in, out);
}
void transpose_33(Stream& stream, const float* in, float* out) {
  launch(stream, KERNEL(transpose_kernel<33>), 1, dim3(32, 32), 0, in, out);
}
void shared_by_four(Stream& stream, const float* in, float* out) {
  launch(stream, KERNEL(shared_by_four_kernel), 1, 32, 0, in, out);
}
void block_sum(Stream& stream, int blocks, const float* in, float* out) {
  launch(stream, KERNEL(block_sum_kernel<true>), static_cast<unsigned>(blocks), 256, 0, in, out);
}
void block_sum_unordered(Stream& stream, int blocks, const float* in, float* out) {
  launch(stream, KERNEL(block_sum_kernel<false>), static_cast<unsigned>(blocks), 256, 0, in, out);
}
void tiled_gemm(Stream& stream, int M, int N, int K, const float* A, const float* B, float* C) {
  launch(stream, KERNEL(tiled_gemm_kernel), dim3(blocks_of(N, kTile), blocks_of(M, kTile)),
         dim3(kTile, kTile), 0, N, K, A, B, C);
}

}  // namespace nanopneumo::GPU_NAMESPACE
