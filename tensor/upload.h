// Host data on its way to a device.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

namespace nanopneumo {

/// A parcel of host data that travels to a device while the device computes: filled, sent, read, and
/// then filled anew. With two of them in turn the next batch is on its way while one is in use. One
/// thread at a time may use an upload; it may be another one than computes.
class Upload {
 public:
  virtual ~Upload() = default;
  /// Host memory for `bytes` bytes to be sent. Waits until those before have left it.
  virtual std::span<std::byte> fill(std::size_t bytes) = 0;
  /// Starts on the way what fill() gave.
  virtual void send() = 0;
  /// Calls `issue` with the data in device memory. What it issues to the device's stream begins when
  /// they have arrived, and is done before the data of a later send() take their place.
  virtual void read(const std::function<void(const void* device_memory)>& issue) = 0;
};

}  // namespace nanopneumo
