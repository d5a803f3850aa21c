// What a network says about a set of images.
#pragma once

#include <span>
#include <vector>

#include "train/frozen_features.h"
#include "train/metrics.h"

namespace nanopneumo {

/// The probability of the positive class for a logit, without overflow.
double probability(double logit);

/// Logits in inference mode, in the order of the images; shorter than the set where `progress`
/// stopped it. Throws NotFiniteError where the network gives NaN or infinity.
std::vector<double> score_images(const Network& network, const ImageSet& images, int batch,
                                 const WorkProgress& progress = {});
/// The same for the images that `features` is of, by its network: what it keeps is not computed again.
std::vector<double> score_images(FrozenFeatures& features, int batch,
                                 const WorkProgress& progress = {});

/// Mean binary cross-entropy from logits, unweighted.
double mean_loss(std::span<const double> logits, std::span<const std::uint8_t> labels);

/// Confusion matrix, accuracy, AUC, ... of logits over the whole set.
Metrics evaluate_logits(std::span<const double> logits, std::span<const std::uint8_t> labels);

}  // namespace nanopneumo
