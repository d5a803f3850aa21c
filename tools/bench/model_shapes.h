// The shapes at which our networks call each operation.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "models/registry.h"
#include "tools/bench/recording_device.h"

namespace nanopneumo::bench {

/// Images a batch, and their size in pixels a side.
struct InputSize {
  int batch = 32;
  int pixels = 250;
};

/// A training step of the whole network, nothing frozen: every operation forward and backward, the
/// loss and Adam.
std::vector<RecordedCall> training_calls(const Architecture& architecture, const InputSize& size);

/// The inference pass that users wait for: the frozen plan with its fused operations, or the
/// scratch network's forward pass.
std::vector<RecordedCall> inference_calls(const Architecture& architecture, const InputSize& size);

/// A shape, and the networks that use it.
struct UsedShape {
  std::string op;
  ShapeWords shape;
  std::string used_by;  ///< "cnn, mobilenet"
};

/// All distinct shapes of all registered networks in the order of operations(), and one for each
/// operation that neither pass calls.
std::vector<UsedShape> used_shapes(const InputSize& size);

}  // namespace nanopneumo::bench
