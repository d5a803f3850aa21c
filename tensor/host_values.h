// A tensor's elements as the host sees them.
#pragma once

#include <span>
#include <utility>
#include <vector>

namespace nanopneumo {

/// Either the tensor's own memory, which then has to outlive this and stay as it is, or a copy of it.
template <class T>
class HostValues {
 public:
  explicit HostValues(std::span<const T> in_place) : values_(in_place) {}
  explicit HostValues(std::vector<T> copy) : copy_(std::move(copy)), values_(copy_) {}
  HostValues(HostValues&&) noexcept = default;  // a moved vector keeps its memory
  HostValues& operator=(HostValues&&) noexcept = default;

  std::span<const T> values() const { return values_; }

 private:
  std::vector<T> copy_;
  std::span<const T> values_;
};

}  // namespace nanopneumo
