#include "inside/saliency.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "kernels/philox.h"
#include "layers/random_streams.h"

namespace nanopneumo {
namespace {

/// Standard normal number `i` of `key` (Box and Muller 1958); u1 lies in (0, 1].
double normal(const RandomKey& key, std::uint64_t i) {
  const double u1 = 1 - static_cast<double>(random_uniform(key, 2 * i));
  const double u2 = static_cast<double>(random_uniform(key, 2 * i + 1));
  return std::sqrt(-2 * std::log(u1)) * std::cos(2 * std::numbers::pi * u2);
}

}  // namespace

template <class T>
HeatMap saliency(const Probe<T>& probe, const Tensor<T>& x) {
  const Shape& shape = x.shape();
  const std::vector<T> dx = probe.read(x, 0).gradient.to_host();
  const auto channels = static_cast<std::size_t>(shape[3]);
  HeatMap map{static_cast<int>(shape[1]), static_cast<int>(shape[2]), {}};
  map.values.assign(dx.size() / channels, 0.0F);
  for (std::size_t i = 0; i < dx.size(); ++i) {
    float& largest = map.values[i / channels];
    largest = std::max(largest, static_cast<float>(std::abs(dx[i])));
  }
  return map;
}

template <class T>
HeatMap smooth_saliency(const Probe<T>& probe, const Tensor<T>& x, const SmoothGrad& options) {
  const std::vector<T> clean = x.to_host();
  const auto [low, high] = std::ranges::minmax(clean);
  const double deviation = options.noise * static_cast<double>(high - low);
  HeatMap mean;
  for (int sample = 0; sample < options.samples; ++sample) {
    const RandomKey key{options.seed, kSmoothGradStream, static_cast<std::uint32_t>(sample)};
    std::vector<T> noisy = clean;
    for (std::size_t i = 0; i < noisy.size(); ++i)
      noisy[i] += static_cast<T>(deviation * normal(key, i));
    const HeatMap one = saliency(probe, Tensor<T>::from_host(x.device(), x.shape(), noisy));
    if (mean.values.empty()) mean = {one.height, one.width, std::vector(one.values.size(), 0.0F)};
    for (std::size_t i = 0; i < one.values.size(); ++i)
      mean.values[i] += one.values[i] / static_cast<float>(options.samples);
  }
  return mean;
}

template HeatMap saliency(const Probe<float>&, const Tensor<float>&);
template HeatMap saliency(const Probe<double>&, const Tensor<double>&);
template HeatMap smooth_saliency(const Probe<float>&, const Tensor<float>&, const SmoothGrad&);
template HeatMap smooth_saliency(const Probe<double>&, const Tensor<double>&, const SmoothGrad&);

}  // namespace nanopneumo
