// What bench forward and bench train have in common: a network, a batch, a clock.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "tools/bench/timing_device.h"
#include "tools/command_line.h"
#include "tools/options.h"
#include "train/network.h"
#include "train/step.h"

namespace nanopneumo {

struct BenchOptions {
  std::string model = "cnn", image_size = "250", fine_tune, csv, trace;
  int batch = 32, repeats = 7;
  bool gray = false, per_op = false, against_onednn = false;
  ModelOptions model_options;
  DeviceOptions device;
};

/// --batch, --repeats, --image-size, --alpha and the device's.
void add_workload_options(Command command, BenchOptions& options);

/// Seconds of what was timed.
struct Measured {
  double median, best, worst, all;
};

/// Calls `work` once to warm up, then `after_warm_up` once, and `work` o.repeats times.
Measured measure(
    const BenchOptions& o, const std::function<void()>& work,
    const std::function<void()>& after_warm_up = [] {});

/// Images per second, the times and the peak of memory, on one line.
void print_measured(const std::string& what, const BenchOptions& o, const Measured& measured);

/// A network with random weights and one batch of phantoms for it, as RGB or with o.gray as gray images.
class Workload {
 public:
  enum class Device { plain, timing };

  /// Device::timing: each operation that the device's table is asked for is timed.
  Workload(const BenchOptions& o, Device kind);

  Network& network() { return network_; }
  const Network& network() const { return network_; }
  /// Null without Device::timing.
  bench::TimingDevice* timing() { return timing_.get(); }
  const LabelledBatch<float>& batch() const { return batch_; }

 private:
  static constexpr std::uint64_t kSeed = 1;

  std::unique_ptr<bench::TimingDevice> timing_;
  std::unique_ptr<nanopneumo::Device> plain_;
  nanopneumo::Device* device_;
  Network network_;
  LabelledBatch<float> batch_;
};

}  // namespace nanopneumo
