// A device that notes how long another one takes for each operation it is asked for.
#pragma once

#include <memory>
#include <vector>

#include "tools/bench/recording_device.h"

namespace nanopneumo::bench {

class TimingDevice;

/// The calls of an operation at one shape, and the seconds they took together.
struct TimedCalls {
  RecordedCall calls;
  double seconds;
};

class TimingStream final : public Stream {
 public:
  explicit TimingStream(Device& inner) : inner_(inner) {}

  void synchronize() override { inner_.stream().synchronize(); }
  /// Runs `operation`, a member of Kernels, on the inner device and adds the time until it is done.
  template <class Operation, class... Arguments>
  void time(Operation operation, const Arguments&... arguments);
  /// Forgets what has been timed.
  void clear();
  std::vector<TimedCalls> timed() const;

 private:
  Device& inner_;
  std::unique_ptr<RecordingDevice> record_ = std::make_unique<RecordingDevice>();
  std::vector<double> seconds_;  ///< of each of the record's calls
};

/// Memory and results are those of the inner device. Each operation is waited for, so that work which a GPU
/// would overlap is timed one after another.
class TimingDevice final : public Device {
 public:
  explicit TimingDevice(std::unique_ptr<Device> inner)
      : inner_(std::move(inner)), stream_(*inner_) {}

  std::string name() const override { return inner_->name(); }
  TimingStream& stream() override { return stream_; }
  const Kernels<float>* float_kernels() const override;
  const Kernels<double>* double_kernels() const override { return nullptr; }
  void copy_to_device(void* device_memory, const void* host, std::size_t bytes) override {
    inner_->copy_to_device(device_memory, host, bytes);
  }
  void copy_to_host(void* host, const void* device_memory, std::size_t bytes) override {
    inner_->copy_to_host(host, device_memory, bytes);
  }
  void copy_on_device(void* to, const void* from, std::size_t bytes) override {
    inner_->copy_on_device(to, from, bytes);
  }
  std::unique_ptr<Upload> make_upload() override { return inner_->make_upload(); }

 private:
  Allocator& own_allocator() override { return inner_->allocator(); }

  std::unique_ptr<Device> inner_;
  TimingStream stream_;
};

}  // namespace nanopneumo::bench
