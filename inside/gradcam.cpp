#include "inside/gradcam.h"

#include <algorithm>

namespace nanopneumo {

template <class T>
HeatMap gradcam(const typename Probe<T>::Reading& feature_map, ClassSide side) {
  const Shape& shape = feature_map.output.shape();
  if (shape.rank() != 4 || shape[0] != 1)
    throw_shape_error("Grad-CAM takes the feature map of one picture, not {}", shape.str());
  const auto places = static_cast<std::size_t>(shape[1] * shape[2]);
  const auto channels = static_cast<std::size_t>(shape[3]);
  const std::vector<T> A = feature_map.output.to_host(), dA = feature_map.gradient.to_host();

  std::vector<double> alpha(channels, 0.0);
  for (std::size_t i = 0; i < dA.size(); ++i) alpha[i % channels] += static_cast<double>(dA[i]);
  for (double& weight : alpha) weight *= sign_of(side) / static_cast<double>(places);

  HeatMap map{static_cast<int>(shape[1]), static_cast<int>(shape[2]), {}};
  for (std::size_t place = 0; place < places; ++place) {
    double sum = 0;
    for (std::size_t k = 0; k < channels; ++k)
      sum += alpha[k] * static_cast<double>(A[place * channels + k]);
    map.values.push_back(static_cast<float>(std::max(sum, 0.0)));
  }
  return map;
}

template HeatMap gradcam<float>(const Probe<float>::Reading&, ClassSide);
template HeatMap gradcam<double>(const Probe<double>::Reading&, ClassSide);

}  // namespace nanopneumo
