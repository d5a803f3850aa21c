// A device that computes nothing and holds nothing: tensors on it have shapes and no elements.
#pragma once

#include <cstring>

#include "tensor/device.h"
#include "tensor/lifetime_recorder.h"

namespace nanopneumo {

/// What PyTorch calls "meta": code runs here as on any device, and what it allocates and which operations it calls
/// can be known before it is given memory and time. A whole training step of a network takes milliseconds.
class MetaDevice : public Device {
 public:
  std::string name() const override { return "meta"; }
  Stream& stream() override { return stream_; }
  const Kernels<float>* float_kernels() const override;
  const Kernels<double>* double_kernels() const override { return nullptr; }
  void copy_to_device(void*, const void*, std::size_t) override {}
  /// Zeros: what has not been computed cannot be read.
  void copy_to_host(void* host, const void*, std::size_t bytes) override {
    if (bytes) std::memset(host, 0, bytes);
  }
  void copy_on_device(void*, const void*, std::size_t) override {}

  LifetimeRecorder& recorder() { return recorder_; }

 private:
  class NoStream final : public Stream {
   public:
    void synchronize() override {}
  };

  Allocator& own_allocator() override { return recorder_; }

  LifetimeRecorder recorder_;
  NoStream stream_;
};

}  // namespace nanopneumo
