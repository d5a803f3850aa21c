// Kernels that do the same to every element, whatever the arrays' shape.
//
//   elementwise(stream, "add", n, Add{}, In{a}, In{b}, Out{y});
//
// calls Add's operator()(float a, float b, float& y) for every element. Nothing is read or written
// twice, so the memory's bandwidth is the only limit. A thread takes one 16-byte vector of each array:
// fewer instructions for the same bytes; as many threads as fit keep enough loads on their way.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/cuda/launch.h"
#include "kernels/cuda/operands.h"

namespace nanopneumo::GPU_NAMESPACE {

/// [0, n) as `head` single elements up to the first 32-byte sector, `vectors` vectors, and single
/// elements again.
struct Split {
  std::int64_t n, head, vectors;
};

/// The first threads take a vector each, those after them one of the single elements each (at most ten,
/// in one warp or two: their requests are the only ones that are not whole). With kVector = 1 there are
/// none; this is for arrays that do not reach a boundary at the same element.
template <int kVector, class F, class... Operands>
__global__ void elementwise_kernel(Split split, F f, Operands... operands) {
  const std::int64_t thread = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  const auto each = [&f](int, auto&... numbers) { f(numbers...); };
  if (thread < split.vectors) {
    transform<kVector>(split.head + thread * kVector, each, operands...);
  } else if constexpr (kVector > 1) {
    const std::int64_t single = thread - split.vectors;
    const std::int64_t i = single < split.head ? single : single + split.vectors * kVector;
    if (i < split.n) transform<1>(i, each, operands...);
  }
}

/// Blocks of 256 threads; no larger than needed where there is only one.
inline unsigned elementwise_block(std::int64_t threads) {
  return static_cast<unsigned>(std::min<std::int64_t>(256, ceil_div(threads, kWarp) * kWarp));
}

/// `f` is called in no particular order. `name` is the launch's, for messages and profiles.
template <class F, class First, class... Others>
void elementwise(Stream& stream, const char* name, std::int64_t n, F f, First first,
                 Others... others) {
  const auto address = [](const float* p) {  // in floats
    return static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(p) / sizeof(float));
  };
  const std::int64_t start = address(first.data);
  const auto run = [&](auto kernel, const Split& split, std::int64_t threads) {
    const unsigned block = elementwise_block(threads);
    launch(stream, NamedKernel{name, kernel}, dim3(static_cast<unsigned>(ceil_div(threads, block))),
           block, 0, split, f, first, others...);
  };
  if ((((address(others.data) - start) % kVectorFloats == 0) && ...)) {
    const std::int64_t head =
        std::min<std::int64_t>(n, (kSectorFloats - start % kSectorFloats) % kSectorFloats);
    const Split split{n, head, (n - head) / kVectorFloats};
    run(elementwise_kernel<kVectorFloats, F, First, Others...>, split,
        n - split.vectors * (kVectorFloats - 1));
  } else {
    run(elementwise_kernel<1, F, First, Others...>, Split{n, 0, n}, n);
  }
}

}  // namespace nanopneumo::GPU_NAMESPACE
