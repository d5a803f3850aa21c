// The memory of a training step, known before the first one.
#pragma once

#include <algorithm>

#include "models/eager.h"
#include "tensor/arena.h"
#include "train/config.h"
#include "train/data.h"
#include "train/network.h"

namespace nanopneumo {

/// What compute_gradients makes of tensors for N images, each from when to when it is held, and a place for each. The
/// step runs on a device without memory for that.
ArenaPlan plan_step(const Graph& graph, Segment segment, std::int64_t N);

/// The same of the part of `network` that is trained now.
inline ArenaPlan plan_step(const Network& network, std::int64_t N) {
  return plan_step(network.graph(), network.trained_segment(), N);
}

/// Images in the largest batch of a run.
inline std::int64_t largest_batch(const Config& config, const TrainingData& data) {
  return std::min<std::int64_t>(config.batch, data.train.size());
}

}  // namespace nanopneumo
