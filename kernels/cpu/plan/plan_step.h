// One operation of a compiled plan, and what it is made of.
#pragma once

#include <memory>
#include <string>

#include "kernels/cpu/bfloat16.h"
#include "kernels/cpu/cpu_stream.h"
#include "kernels/cpu/plan/placement.h"

namespace nanopneumo::cpu {

/// Pixels whose channels lie side by side: pixel i begins at data + i * stride.
template <class E>
struct Pixels {
  E* data;
  int stride;
};

class PlanStep {
 public:
  virtual ~PlanStep() = default;
  /// Computes the first `images` of those that it was made for, or all of them where that is one call of oneDNN's.
  virtual void run(CpuStream& stream, int images) = 0;
  /// Reads its only input from there instead of the arena, in the next run(), if it can; else false. For a plan's own
  /// input, which need not be copied then.
  virtual bool read_from(const void* x) {
    (void)x;
    return false;
  }
  /// Writes its results in bfloat16 and without gaps there instead of into the arena, from the next run() on, if it can;
  /// else false. For a plan's own results, which need not be converted then.
  virtual bool narrow_to(BFloat16* y) {
    (void)y;
    return false;
  }
  /// Temporary memory that run() needs, in bytes, and where it is: all steps of a plan have the same, so that what one
  /// leaves there is found by the next (depthwise_steps.h).
  virtual std::size_t scratch_bytes() const { return 0; }
  virtual void set_scratch(std::byte* memory) { (void)memory; }
  /// The same of the stream's workspace.
  virtual std::size_t workspace_bytes() const { return 0; }
  /// What it holds besides the plan's own weights, in bytes.
  virtual std::size_t packed_bytes() const { return 0; }
  /// For tables: "winograd", "loop".
  virtual std::string algorithm() const { return "loop"; }
};

/// What steps are made with. E: element of the arena, float or BFloat16.
template <class E>
struct StepContext {
  CpuStream& stream;
  const Plan<float>& plan;
  const Choices& choices;
  const Placement& placement;
  E* arena;
  int N;  ///< most images at once

  const PlanValue& value(int v) const { return plan.value(v); }
  std::int64_t pixels(int v) const { return N * value(v).pixels(); }
  Pixels<E> at(int v) const {
    const Place& place = placement.values[static_cast<std::size_t>(v)];
    return {arena + place.offset, place.stride};
  }
};

/// The step of operation number i. Null where nothing is left to do.
template <class E>
std::unique_ptr<PlanStep> make_step(const StepContext<E>& context, std::size_t i);

}  // namespace nanopneumo::cpu
