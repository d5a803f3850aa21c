// The weights of a convolution in the order in which products.cpp reads them.
#pragma once

#include <span>

#include "kernels/cpu/aligned_memory.h"
#include "kernels/cpu/outer_products.h"
#include "kernels/dims.h"

namespace nanopneumo::cpu::tiled {

/// Packed once for many calls: for each panel of K (R, S * C, kPanel), zero beyond K; then the bias, also filled up
/// with zeros.
class Filter {
 public:
  /// w: (R, S, C, K); bias: (K), or empty.
  Filter(const Window&, int C, int K, std::span<const float> w, std::span<const float> bias);

  int R() const { return R_; }
  int K() const { return K_; }
  /// Numbers of a row of the window, S * C.
  std::int64_t depth() const { return depth_; }
  const float* panel(int p) const { return memory_.get() + p * R_ * depth_ * kPanel; }
  const float* bias(int p) const { return panel(panels(K_)) + std::int64_t{p} * kPanel; }
  std::size_t bytes() const { return static_cast<std::size_t>(size()) * sizeof(float); }

 private:
  std::int64_t size() const { return panels(K_) * (R_ * depth_ + 1) * kPanel; }

  int R_, K_;
  std::int64_t depth_;
  AlignedFloats memory_;
};

}  // namespace nanopneumo::cpu::tiled
