// One call of an operation, with its operands in guarded device memory.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "tensor/device.h"
#include "tensor/profiled_device.h"

namespace nanopneumo::test {

/// How far an output may be from the reference's: relative * max|expected| + absolute.
struct Tolerance {
  double relative = 0;
  double absolute = 0;
};
inline constexpr Tolerance kExact{};

/// What float32 may make of a sum of `terms` products of size 1, in any order. Each of n roundings
/// moves a running sum by up to half a unit in its last place (6e-8), and they add up like a random
/// walk; the absolute part counts where the terms cancel.
inline Tolerance rounding_of_sum(std::int64_t terms) {
  const double walk = 1e-7 * std::sqrt(static_cast<double>(terms));
  return {.relative = walk, .absolute = walk};
}

/// The same where the factors of each product are rounded too, by up to `rounding` of their size: at
/// most 2 % of the largest result, and so much more where the terms cancel.
inline Tolerance rounding_of_products(std::int64_t terms, double rounding) {
  const Tolerance sum = rounding_of_sum(terms);
  const double walk = rounding * std::sqrt(static_cast<double>(terms));
  return {.relative = std::max(sum.relative, std::min(walk, 2e-2)),
          .absolute = std::max(sum.absolute, walk)};
}

/// An output after the call.
struct Output {
  std::vector<double> values;    ///< as numbers
  std::vector<std::byte> bytes;  ///< as they lie in memory
  Tolerance tolerance;
};

struct CallResult {
  std::map<std::string, Output> outputs;
  std::string damage;  ///< what was written that must not be, or nothing
};

/// Hands out operands for one call on `device` and looks at them afterwards. Test data is float32;
/// it reaches a device that works in float64 (the reference) without rounding. Every buffer lies
/// between two guards, and outputs start as NaN (bytes: 255). `skew` elements lie between a
/// buffer's start and an aligned address: the contract promises no alignment beyond that of T.
template <class T>
class Call {
 public:
  using Pointer = T*;

  Call(Device& device, int skew) : device_(device), skew_(skew) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() {
    for (const Buffer& buffer : buffers_)
      device_.allocator().release(buffer.memory, buffer.total_bytes);
  }

  const Kernels<T>& ops() { return device_.kernels<T>(); }
  Stream& stream() { return device_.stream(); }

  /// An input; no values at all stand for a null pointer.
  const T* in(const std::vector<float>& values) {
    return values.empty() ? nullptr : place<T>("", convert(values), {});
  }
  const std::uint8_t* in_bytes(const std::vector<std::uint8_t>& values) {
    return place<std::uint8_t>("", values, {});
  }
  /// An output of n elements.
  T* out(const std::string& name, std::int64_t n, Tolerance tolerance) {
    return place<T>(name, poison<T>(n), tolerance, true);
  }
  std::uint8_t* out_bytes(const std::string& name, std::int64_t n) {
    return place<std::uint8_t>(name, poison<std::uint8_t>(n), kExact, true);
  }
  /// An output that holds an input's values before the call.
  T* in_out(const std::string& name, const std::vector<float>& values, Tolerance tolerance) {
    return place<T>(name, convert(values), tolerance);
  }
  Epilogue<T> epilogue(const std::vector<float>& bias, const std::vector<float>& residual,
                       Activation activation) {
    return {in(bias), in(residual), activation};
  }
  /// A scalar argument.
  static T number(double value) { return static_cast<T>(value); }

  /// Outputs and damage, after the operation.
  CallResult finish() {
    device_.stream().synchronize();
    CallResult result;
    for (const Buffer& buffer : buffers_) {
      std::vector<std::byte> now(buffer.total_bytes);
      device_.copy_to_host(now.data(), buffer.memory, now.size());
      const auto data = std::span(now).subspan(buffer.offset, buffer.bytes);
      const auto intact = [&](std::size_t first, std::size_t last) {
        return std::equal(now.begin() + static_cast<std::ptrdiff_t>(first),
                          now.begin() + static_cast<std::ptrdiff_t>(last),
                          buffer.before.begin() + static_cast<std::ptrdiff_t>(first));
      };
      if (!intact(0, buffer.offset) || !intact(buffer.offset + buffer.bytes, buffer.total_bytes))
        result.damage += " written outside of " + (buffer.name.empty() ? "an input" : buffer.name);
      if (buffer.name.empty()) {
        if (!intact(buffer.offset, buffer.offset + buffer.bytes))
          result.damage += " an input was changed";
        continue;
      }
      Output& output = result.outputs[buffer.name];
      output.tolerance = buffer.tolerance;
      output.bytes.assign(data.begin(), data.end());
      output.values = buffer.is_bytes ? numbers<std::uint8_t>(data) : numbers<T>(data);
    }
    return result;
  }

 private:
  struct Buffer {
    std::string name;  ///< of an output; inputs have none
    void* memory;
    std::size_t offset, bytes, total_bytes;
    bool is_bytes;
    bool is_fresh_output;  ///< its values before the call mean nothing
    Tolerance tolerance;
    std::vector<std::byte> before;
  };
  static constexpr std::size_t kGuardBytes = 256;

  static std::vector<T> convert(const std::vector<float>& values) {
    return std::vector<T>(values.begin(), values.end());
  }
  template <class U>
  static std::vector<U> poison(std::int64_t n) {
    std::vector<U> values(static_cast<std::size_t>(n));
    if (!values.empty()) std::memset(values.data(), 0xFF, values.size() * sizeof(U));  // a NaN
    return values;
  }
  /// A profiled device reports reads of outputs before they are written, and of guards.
  void mark_unwritten(const Buffer& buffer) {
    auto* profiled = dynamic_cast<ProfiledDevice*>(&device_);
    if (!profiled) return;
    const auto* start = static_cast<const std::byte*>(buffer.memory);
    const std::size_t end = buffer.offset + buffer.bytes;
    profiled->mark_unwritten(start, buffer.offset);
    profiled->mark_unwritten(start + end, buffer.total_bytes - end);
    if (buffer.is_fresh_output) profiled->mark_unwritten(start + buffer.offset, buffer.bytes);
  }
  template <class U>
  static std::vector<double> numbers(std::span<const std::byte> bytes) {
    std::vector<U> values(bytes.size() / sizeof(U));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return std::vector<double>(values.begin(), values.end());
  }
  template <class U>
  U* place(const std::string& name, const std::vector<U>& values, Tolerance tolerance,
           bool is_fresh_output = false) {
    Buffer buffer{.name = name,
                  .memory = nullptr,
                  .offset = kGuardBytes + static_cast<std::size_t>(skew_) * sizeof(U),
                  .bytes = values.size() * sizeof(U),
                  .total_bytes = 0,
                  .is_bytes = sizeof(U) == 1,
                  .is_fresh_output = is_fresh_output,
                  .tolerance = tolerance,
                  .before = {}};
    buffer.total_bytes = buffer.offset + buffer.bytes + kGuardBytes;
    buffer.memory = device_.allocator().allocate(buffer.total_bytes);
    buffer.before.assign(buffer.total_bytes, std::byte{0xA5});
    std::memcpy(buffer.before.data() + buffer.offset, values.data(), buffer.bytes);
    device_.copy_to_device(buffer.memory, buffer.before.data(), buffer.total_bytes);
    mark_unwritten(buffer);
    buffers_.push_back(std::move(buffer));
    return reinterpret_cast<U*>(static_cast<std::byte*>(buffers_.back().memory) +
                                buffers_.back().offset);
  }

  Device& device_;
  int skew_;
  std::vector<Buffer> buffers_;
};

}  // namespace nanopneumo::test
