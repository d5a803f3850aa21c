// y = u >= rate ? x / (1 - rate) : 0 with u = random_uniform(key, i)  (Srivastava et al. 2014,
// inverted)
//
// The mask is not stored: it is computed again where it is needed (kernels/philox.h). The gradient is
// the same kernel, and reads nothing more than dy.
#include <cmath>

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

/// A number is u = (word >> 8) / 2^24, so that u >= rate is a comparison of whole numbers:
/// word >> 8 >= ceil(rate * 2^24), exactly, and without double arithmetic.
struct Dropout {
  RandomKey key;
  std::uint32_t threshold;
  float scale;

  __device__ void operator()(std::uint32_t word, float x, float& y) const {
    y = word >> 8 >= threshold ? x * scale : 0.0f;
  }
};

/// random.word[i], chosen by comparisons: registers have no index.
__device__ inline std::uint32_t word(const PhiloxBlock& random, int i) {
  const std::uint32_t low = i & 1 ? random.word[1] : random.word[0];
  const std::uint32_t high = i & 1 ? random.word[3] : random.word[2];
  return i & 2 ? high : low;
}

/// Thread t works on elements 4 t .. 4 t + 3, which are the ones of Philox block t: its ten rounds are
/// paid once for four elements, and one 16-byte access reaches them. With kVector = 1, for arrays that do
/// not start on a 16-byte boundary, each thread has one element and throws three words away: the memory
/// is still read in order, but the arithmetic may become the limit.
template <int kVector>
__global__ void dropout_kernel(std::int64_t n, Dropout dropout, const float* x, float* y) {
  const std::int64_t first = (std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x) * kVector;
  if (first >= n) return;
  const PhiloxBlock random =
      random_block(dropout.key, static_cast<std::uint64_t>(first) / kVectorFloats);
  if constexpr (kVector == 1) {
    dropout(word(random, static_cast<int>(first % kVectorFloats)), x[first], y[first]);
  } else if (first + kVector <= n) {
    const auto drop = [&](int lane, float in, float& out) { dropout(random.word[lane], in, out); };
    transform<kVector>(first, drop, In{x}, Out{y});
  } else {
    UNROLL
    for (int lane = 0; lane < kVector; ++lane)
      if (first + lane < n) dropout(random.word[lane], x[first + lane], y[first + lane]);
  }
}

}  // namespace

void dropout(Stream& stream, std::int64_t n, double rate, const RandomKey& key, const float* x,
             float* y) {
  const Dropout dropout{key, static_cast<std::uint32_t>(std::ceil(rate * 0x1p24)),
                        static_cast<float>(1 / (1 - rate))};
  const auto run = [&](const auto& kernel, int vector) {
    const std::int64_t threads = ceil_div(n, vector);
    const unsigned block = elementwise_block(threads);
    launch(stream, kernel, dim3(static_cast<unsigned>(ceil_div(threads, block))), block, 0, n,
           dropout, x, y);
  };
  if (is_aligned16(x) && is_aligned16(y))
    run(KERNEL(dropout_kernel<kVectorFloats>), kVectorFloats);
  else
    run(KERNEL(dropout_kernel<1>), 1);
}

}  // namespace nanopneumo::GPU_NAMESPACE
