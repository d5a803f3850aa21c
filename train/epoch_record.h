// What one epoch of training came to.
#pragma once

#include <cstdint>
#include <vector>

#include "train/metrics.h"

namespace nanopneumo {

struct EpochRecord {
  std::int64_t epoch = 0;         ///< from 1
  double loss = 0, accuracy = 0;  ///< running means over the epoch, as Keras reports them
  double validation_loss = 0;
  std::vector<double> validation_logits{};
  Metrics validation{};
  double learning_rate = 0;  ///< of the head, in the epoch's last update
  double train_seconds = 0, validation_seconds = 0;
  std::int64_t images = 0;  ///< trained on in this process; less than all after a resume
  bool is_best = false;
};

}  // namespace nanopneumo
