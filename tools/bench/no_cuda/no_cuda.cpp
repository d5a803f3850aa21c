// What a program that is built without CUDA answers.
#include <stdexcept>

#include "tools/bench/stopwatch.h"

namespace nanopneumo::bench {

std::unique_ptr<Stopwatch> gpu_stopwatch(Device& device) {
  throw std::logic_error("no stopwatch for the device " + device.name() +
                         " in a build without CUDA");
}

}  // namespace nanopneumo::bench
