// The ladder of a device.
#include "tools/bench/ladder.h"

namespace nanopneumo::bench {

std::span<const LadderStep> ladder_of(const Device& device) {
  if (device.name() == "cuda") return cuda::ladder();
  return device.name() == "profiled" ? profiled::ladder() : emulated::ladder();
}

}  // namespace nanopneumo::bench
