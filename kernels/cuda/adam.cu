// m += (g - m) (1 - beta1); v += (g^2 - v) (1 - beta2)
// w -= learning_rate sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon)
// (Kingma & Ba 2015, end of section 2, with Keras' epsilon; the powers are of float32(beta))
#include <cmath>

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

/// What is the same for all weights is computed on the host, in double.
struct Adam {
  explicit Adam(const AdamStep& step)
      : gain1(static_cast<float>(1 - step.beta1)),
        gain2(static_cast<float>(1 - step.beta2)),
        epsilon(static_cast<float>(step.epsilon)) {
    const auto t = static_cast<double>(step.t);
    const double beta1 = static_cast<float>(step.beta1), beta2 = static_cast<float>(step.beta2);
    const double correction = std::sqrt(1 - std::pow(beta2, t)) / (1 - std::pow(beta1, t));
    rate = static_cast<float>(step.learning_rate * correction);
  }

  float gain1, gain2, epsilon, rate;

  __device__ void operator()(float g, float& m, float& v, float& w) const {
    m += (g - m) * gain1;
    v += (g * g - v) * gain2;
    w -= rate * m / (sqrtf(v) + epsilon);
  }
};

}  // namespace

// One launch for the parameters of the whole network: they lie in one buffer, and so do g, m and v.
void adam(Stream& stream, std::int64_t n, const AdamStep& step, const float* g, float* m, float* v,
          float* w) {
  elementwise(stream, "adam", n, Adam(step), In{g}, InOut{m}, InOut{v}, InOut{w});
}

}  // namespace nanopneumo::GPU_NAMESPACE
