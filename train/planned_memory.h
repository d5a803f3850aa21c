// How much memory a run is going to hold, as far as that is known before it begins.
#pragma once

#include <optional>
#include <string>

#include "kernels/plan/plan_report.h"
#include "train/config.h"
#include "train/data.h"
#include "train/network.h"

namespace nanopneumo {

/// Bytes.
struct PlannedMemory {
  PlanMemory frozen;       ///< of the compiled frozen part; zero on devices that compile none
  std::size_t parameters;  ///< all of the network's
  std::size_t gradients;   ///< and, where an update takes several batches, their sum
  std::size_t moments;     ///< Adam's two
  std::size_t images;      ///< both sets, as bytes
  std::size_t features;    ///< of the frozen part, kept from one epoch to the next
  std::size_t batch;       ///< one batch of images as the network's input
  std::size_t step;        ///< what a training step makes in between (step_memory.h)
  std::size_t
      validation;  ///< the trained part's parameters once more, as its plan for validation has them

  std::size_t total() const;
  /// "planned 12.3 MiB: ..."
  std::string words() const;
};

/// Of the phase that training is in. Makes what the frozen part's plan needs, so that it is there and counted.
PlannedMemory plan_memory_of_run(const Config& config, const TrainingData& data,
                                 const Network& network);

/// MiB that the process will have had at its largest, with the program, its libraries and what is there already. To be
/// asked when a run of the device cpu is about to begin.
std::int64_t expected_peak_mib(const PlannedMemory&, bool trains_convolutions, int threads);

/// From when the backbone is trained too, where that is still to come. What is then frozen may need less than is
/// said here: it is a part of what is frozen before.
std::optional<PlannedMemory> plan_memory_of_fine_tuning(const Config& config,
                                                        const TrainingData& data,
                                                        const Network& network,
                                                        const PlannedMemory& before);

}  // namespace nanopneumo
