// What a compiled plan says about itself: its steps, their work, its memory, and who watches it run.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "kernels/plan/plan.h"

namespace nanopneumo {

struct PlannedConvolution {
  ConvDims dims;  ///< of one image
  bool is_depthwise = false;
};

/// An operation of a plan, and what it needs at least, whatever computes it: the multiplications and additions
/// of its formula, each number read once and written once.
struct PlanStepFacts {
  std::string words;        ///< "conv 3x3 /1 63x63x64 -> 64 relu +residual"
  std::string algorithm;    ///< what the device computes it by; empty where nothing is left to do
  double flops = 0;         ///< of one image
  double bytes = 0;         ///< of values, of one image
  double weight_bytes = 0;  ///< read once for all images that run together
  std::vector<PlannedConvolution> convolutions;  ///< that it computes
};

/// Words and work of operation number i; values and weights take `element_bytes` a number.
PlanStepFacts describe_operation(const Plan<float>& plan, std::size_t i, std::size_t element_bytes);

/// Bytes that a compiled plan holds.
struct PlanMemory {
  std::size_t values = 0;   ///< the arena
  std::size_t weights = 0;  ///< as the plan has them; once it has been made, packed
  std::size_t scratch = 0;  ///< temporary memory of single steps

  std::size_t total() const { return values + weights + scratch; }
  PlanMemory& operator+=(const PlanMemory& other) {
    values += other.values;
    weights += other.weights;
    scratch += other.scratch;
    return *this;
  }
};

/// Is told when steps begin and end.
class PlanObserver {
 public:
  virtual ~PlanObserver() = default;
  /// `step`: number of the operation; `images`: how many run together. (A call of oneDNN's computes all that it was
  /// made for, and takes the time for them.)
  virtual void begin(std::size_t step, int images) = 0;
  virtual void end(std::size_t step, int images) = 0;
};

/// Bytes of all weights of a plan.
std::size_t weight_bytes(const Plan<float>& plan);

}  // namespace nanopneumo
