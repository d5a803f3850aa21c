// A device that computes nothing and notes what it is asked for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tensor/meta_device.h"
#include "tools/bench/shape_words.h"

namespace nanopneumo::bench {

/// How often an operation is called at one shape.
struct RecordedCall {
  std::string op;
  ShapeWords shape;
  int count = 1;
};

class RecordingStream final : public Stream {
 public:
  void synchronize() override {}
  /// Counts one call.
  void note(std::string_view op, const ShapeWords& shape);
  const std::vector<RecordedCall>& calls() const { return calls_; }
  /// The place in calls() of the last call that was noted.
  std::size_t last() const { return last_; }

 private:
  std::vector<RecordedCall> calls_;  ///< in the order of their first occurrence
  std::size_t last_ = 0;
};

/// That is how the benchmark learns the shapes of our networks: it cannot forget one.
class RecordingDevice final : public MetaDevice {
 public:
  std::string name() const override { return "recording"; }
  RecordingStream& stream() override { return stream_; }
  const Kernels<float>* float_kernels() const override;

 private:
  RecordingStream stream_;
};

}  // namespace nanopneumo::bench
