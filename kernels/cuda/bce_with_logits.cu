// loss = (1/n) sum_i weight[i] * (max(z,0) - z t + log(1 + exp(-|z|)))
// dlogits[i] = dloss * weight[i] * (sigmoid(z) - t) / n
//
// n is a batch, some dozens of logits. So the arithmetic is double, and one block is enough: a second
// level of the reduction would be a second launch, which takes longer than the sum.
#include <cmath>

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/reductions.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

constexpr int kThreads = 256;

/// Thread t adds up elements t, t + 256, ...: neighbours read neighbours, and the order is fixed.
__global__ void bce_with_logits_kernel(std::int64_t n, const float* logits, const float* labels,
                                       const float* weights, float* loss) {
  double sum = 0;
  for (std::int64_t i = threadIdx.x; i < n; i += kThreads) {
    const double z = logits[i];
    const double positive = z < 0 ? 0 : z;
    const double term = positive - z * labels[i] + log1p(exp(-fabs(z)));
    sum += weights ? weights[i] * term : term;
  }
  sum = block_sum<kThreads>(sum);
  if (threadIdx.x == 0) loss[0] = static_cast<float>(sum / static_cast<double>(n));
}

struct BceGradient {
  const float* dloss;
  double n;

  __device__ void operator()(float logit, float label, float weight, float& dlogit) const {
    const double z = logit;
    const double e = exp(-fabs(z));
    const double probability = (z < 0 ? e : 1) / (1 + e);
    dlogit = static_cast<float>(double{*dloss} * weight * (probability - label) / n);
  }
  __device__ void operator()(float logit, float label, float& dlogit) const {
    (*this)(logit, label, 1.0f, dlogit);
  }
};

}  // namespace

void bce_with_logits_forward(Stream& stream, std::int64_t n, const float* logits,
                             const float* labels, const float* weights, float* loss) {
  launch(stream, KERNEL(bce_with_logits_kernel), 1, kThreads, 0, n, logits, labels, weights, loss);
}

void bce_with_logits_gradient(Stream& stream, std::int64_t n, const float* logits,
                              const float* labels, const float* weights, const float* dloss,
                              float* dlogits) {
  const BceGradient gradient{dloss, static_cast<double>(n)};
  const auto run = [&](auto... inputs) {
    elementwise(stream, "bce_with_logits_gradient", n, gradient, inputs..., Out{dlogits});
  };
  if (weights)
    run(In{logits}, In{labels}, In{weights});
  else
    run(In{logits}, In{labels});
}

}  // namespace nanopneumo::GPU_NAMESPACE
