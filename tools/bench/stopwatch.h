// How long issued work takes.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "tensor/device.h"

namespace nanopneumo::bench {

class Stopwatch {
 public:
  virtual ~Stopwatch() = default;
  /// Median seconds of `repeats` calls of `issue`, which have been warmed up by two, each starting
  /// with caches that hold none of its operands.
  virtual double median_seconds(int repeats, const std::function<void()>& issue) = 0;
};

/// The host's clock, for devices whose operations are done when they return.
std::unique_ptr<Stopwatch> host_stopwatch();
/// The GPU's clock (events in the device's queue). Throws std::logic_error in a program built
/// without CUDA, and for a device that is none.
std::unique_ptr<Stopwatch> gpu_stopwatch(Device& device);

/// The middle one; of an even number the mean of the two. `values` is not empty.
double median(std::vector<double> values);

}  // namespace nanopneumo::bench
