// The ladder of a device in a program that is built without CUDA.
#include "tools/bench/ladder.h"

namespace nanopneumo::bench {

std::span<const LadderStep> ladder_of(const Device& device) {
  return device.name() == "profiled" ? profiled::ladder() : emulated::ladder();
}

}  // namespace nanopneumo::bench
