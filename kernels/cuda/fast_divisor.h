// Division by a number that is known before the launch.
//
// A GPU has no instruction for integer division: the compiler makes some twenty of it. With a
// multiplier that the host has computed it is a multiplication, an addition and a shift.
#pragma once

#include <bit>
#include <cstdint>
#include <stdexcept>

#include "kernels/cuda/gpu.h"

namespace nanopneumo::GPU_NAMESPACE {

struct QuotientRemainder {
  int quotient, remainder;
};

/// n / d and n % d for 0 <= n < 2^31. Granlund & Montgomery, "Division by invariant integers using
/// multiplication" (PLDI 1994), figure 4.1: with l = ceil(log2 d) and m = floor(2^32 (2^l - d) / d)
/// + 1, the quotient is (high32(m n) + n) >> l. Below 2^31 the addition does not overflow.
class FastDivisor {
 public:
  FastDivisor() = default;
  /// `divisor` from 1. Throws std::logic_error.
  explicit FastDivisor(int divisor) : divisor_(divisor) {
    if (divisor < 1) throw std::logic_error("a divisor must be positive");
    const auto d = static_cast<std::uint64_t>(divisor);
    shift_ = static_cast<std::uint32_t>(std::bit_width(d - 1));
    multiplier_ = static_cast<std::uint32_t>((((std::uint64_t{1} << shift_) - d) << 32) / d + 1);
  }

  NANOPNEUMO_HOST_DEVICE int divide(int n) const {
    const auto unsigned_n = static_cast<std::uint32_t>(n);
    const auto high = static_cast<std::uint32_t>((std::uint64_t{multiplier_} * unsigned_n) >> 32);
    return static_cast<int>((high + unsigned_n) >> shift_);
  }
  NANOPNEUMO_HOST_DEVICE QuotientRemainder divide_with_remainder(int n) const {
    const int quotient = divide(n);
    return {quotient, n - quotient * divisor_};
  }
  NANOPNEUMO_HOST_DEVICE int divisor() const { return divisor_; }

 private:
  int divisor_ = 1;
  std::uint32_t multiplier_ = 1;
  std::uint32_t shift_ = 0;
};

}  // namespace nanopneumo::GPU_NAMESPACE
