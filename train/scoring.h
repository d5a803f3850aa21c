// What a network says about a set of images.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "io/image_set.h"
#include "train/batches.h"
#include "train/metrics.h"
#include "train/network.h"

namespace nanopneumo {

/// Told how far a long piece of work is; gives false to stop it.
using WorkProgress = std::function<bool(std::int64_t done, std::int64_t total)>;

/// The probability of the positive class for a logit, without overflow.
double probability(double logit);

/// Logits in inference mode, in the order of the images; shorter than the set where `progress`
/// stopped it. Throws InputError where the network gives NaN.
std::vector<double> score_images(const Network& network, const ImageSet& images, int batch,
                                 const WorkProgress& progress = {});
/// The same, for all images of `batches`.
std::vector<double> score_images(const Network& network, Batches& batches, int batch,
                                 const WorkProgress& progress = {});

/// Mean binary cross-entropy from logits, unweighted.
double mean_loss(std::span<const double> logits, std::span<const std::uint8_t> labels);

/// Confusion matrix, accuracy, AUC, ... of logits over the whole set.
Metrics evaluate_logits(std::span<const double> logits, std::span<const std::uint8_t> labels);

}  // namespace nanopneumo
