#include "train/scoring.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "train/finite_check.h"

namespace nanopneumo {

double probability(double logit) {
  const double e = std::exp(-std::abs(logit));
  return logit >= 0 ? 1 / (1 + e) : e / (1 + e);
}

std::vector<double> score_images(const Network& network, const ImageSet& images, int batch,
                                 const WorkProgress& progress) {
  FrozenFeatures features(network, images, /*most_bytes=*/0);
  return score_images(features, batch, progress);
}

std::vector<double> score_images(FrozenFeatures& features, int batch,
                                 const WorkProgress& progress) {
  const Network& network = features.network();
  const ImageSet& images = features.images();
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(images.size()));
  std::iota(numbers.begin(), numbers.end(), 0);
  const FrozenPlan<float> trained_part = network.plan(network.trained_segment());
  std::vector<double> logits;
  const auto batch_from = [&](std::size_t first) {
    return std::span(numbers).subspan(
        first, std::min(numbers.size() - first, static_cast<std::size_t>(batch)));
  };
  while (logits.size() < numbers.size()) {
    const std::span<const std::int64_t> which = batch_from(logits.size());
    const Tensor<float> x = features.rows(which, batch_from(logits.size() + which.size()));
    for (const float logit : trained_part.run(x).to_host()) {
      if (!std::isfinite(logit))
        throw NotFiniteError(
            fmt::format("the network gives no finite number for {}: its weights are unusable; "
                        "train again with a lower --learning-rate",
                        images.names[logits.size()]));
      logits.push_back(logit);
    }
    if (progress && !progress(static_cast<std::int64_t>(logits.size()), images.size())) break;
  }
  return logits;
}

double mean_loss(std::span<const double> logits, std::span<const std::uint8_t> labels) {
  double sum = 0;
  for (std::size_t i = 0; i < logits.size(); ++i)
    sum += std::max(logits[i], 0.0) - logits[i] * labels[i] +
           std::log1p(std::exp(-std::abs(logits[i])));
  return sum / static_cast<double>(logits.size());
}

Metrics evaluate_logits(std::span<const double> logits, std::span<const std::uint8_t> labels) {
  std::vector<double> scores;
  for (const double logit : logits) scores.push_back(probability(logit));
  return evaluate_scores(scores, labels);
}

}  // namespace nanopneumo
