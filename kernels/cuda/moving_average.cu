// moving[c] = moving[c] * momentum + batch[c] * (1 - momentum)
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

/// In double: a momentum of 0.99 has no exact float, and C numbers cost nothing.
struct MovingAverage {
  double momentum;
  __device__ void operator()(float batch, float& moving) const {
    moving = static_cast<float>(moving * momentum + batch * (1 - momentum));
  }
};

}  // namespace

void moving_average(Stream& stream, int C, double momentum, const float* batch, float* moving) {
  elementwise(stream, "moving_average", C, MovingAverage{momentum}, In{batch}, InOut{moving});
}

}  // namespace nanopneumo::GPU_NAMESPACE
