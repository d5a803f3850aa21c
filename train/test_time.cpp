#include "train/test_time.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "layers/random_streams.h"
#include "train/batches.h"
#include "train/temperature.h"

namespace nanopneumo {

std::vector<ImageTransform> TestTimeAugmentation::transforms(int height, int width) const {
  std::vector<ImageTransform> result;
  for (int version = 1; version < versions; ++version) {
    const RandomKey key{seed, kTestTimeStream, static_cast<std::uint32_t>(version)};
    std::uint64_t draw = 0;
    result.push_back(
        draw_transform(ranges, height, width, [&] { return random_uniform_double(key, draw++); }));
  }
  return result;
}

namespace {

/// As score_images, of the images after `transform`.
std::vector<double> score_transformed(const Network& network, Batches& batches, int batch,
                                      const ImageTransform& transform,
                                      const WorkProgress& progress) {
  const std::int64_t size = batches.image_set().size();
  const int channels = network.channels_of(batches.image_set().is_gray());
  const FrozenPlan<float> trained_part = network.plan(network.trained_segment());
  std::vector<double> logits;
  while (std::ssize(logits) < size) {
    std::vector<std::int64_t> which(
        static_cast<std::size_t>(std::min<std::int64_t>(batch, size - std::ssize(logits))));
    std::iota(which.begin(), which.end(), std::ssize(logits));
    const std::vector<ImageTransform> transforms(which.size(), transform);
    const Tensor<float> x = network.frozen_output(batches.transformed(which, transforms, channels));
    for (const float logit : trained_part.run(x).to_host()) {
      if (!std::isfinite(logit))
        throw_input_error("the network gives no finite number for {} transformed; leave --tta away",
                          batches.image_set().names[logits.size()]);
      logits.push_back(logit);
    }
    if (progress && !progress(std::ssize(logits), size)) break;
  }
  return logits;
}

}  // namespace

std::vector<double> mean_probabilities(const Network& network, const ImageSet& images, int batch,
                                       const TestTimeAugmentation& augmentation, double temperature,
                                       const WorkProgress& progress) {
  Batches batches(network.device(), images, network.architecture().preprocessing);
  std::int64_t before = 0;
  const WorkProgress overall = [&](std::int64_t done, std::int64_t total) {
    return !progress || progress(before + done, augmentation.versions * total);
  };
  std::vector<double> sum =
      scaled_probabilities(score_images(network, images, batch, overall), temperature);
  for (const ImageTransform& t : augmentation.transforms(images.height, images.width)) {
    before += images.size();
    const std::vector<double> more =
        scaled_probabilities(score_transformed(network, batches, batch, t, overall), temperature);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += more[i];
  }
  for (double& p : sum) p /= augmentation.versions;
  return sum;
}

}  // namespace nanopneumo
