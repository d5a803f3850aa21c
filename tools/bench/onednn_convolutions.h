// oneDNN's own convolutions at the shapes of a plan: what a plan that calls nothing else could reach.
#pragma once

#include <string>

#include "kernels/cpu/cpu_stream.h"
#include "kernels/plan/plan_report.h"
#include "kernels/precision.h"

namespace nanopneumo::bench {

struct OneDnnTime {
  double seconds;   ///< of one call for `images` images
  std::string way;  ///< layout and algorithm: "blocked winograd"
};

/// The fastest way of oneDNN's to compute `convolution`, with bias and without activation, for
/// `images` images: on NHWC values, on values in the layout it likes best, and there by Winograd's algorithm
/// where this oneDNN has it and the values are float32. Reorders are not counted. Median of five calls each.
OneDnnTime fastest_onednn(CpuStream& stream, const PlannedConvolution& convolution, int images,
                          Precision precision);

}  // namespace nanopneumo::bench
