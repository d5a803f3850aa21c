// The weights of a convolution in the order in which products.cpp reads them.
#pragma once

#include <span>

#include "kernels/cpu/aligned_memory.h"
#include "kernels/cpu/outer_products.h"
#include "kernels/dims.h"

namespace nanopneumo::cpu::tiled {

/// For each panel of K (R, S * C, kPanel), zero beyond K; then the bias, also filled up with zeros.
class Filter {
 public:
  /// Packed once for many calls. w: (R, S, C, K); bias: (K), or empty.
  Filter(const Window&, int C, int K, std::span<const float> w, std::span<const float> bias);
  /// As pack_panel has left it in memory of the caller's: floats(...) floats.
  Filter(const Window&, int C, int K, const float* packed);

  static std::int64_t floats(const Window&, int C, int K);

  int R() const { return R_; }
  int K() const { return K_; }
  /// Numbers of a row of the window, S * C.
  std::int64_t depth() const { return depth_; }
  const float* panel(int p) const { return packed_ + p * R_ * depth_ * kPanel; }
  const float* bias(int p) const { return panel(panels(K_)) + std::int64_t{p} * kPanel; }
  std::size_t bytes() const {
    return static_cast<std::size_t>(panels(K_) * (R_ * depth_ + 1) * kPanel) * sizeof(float);
  }

 private:
  int R_, K_;
  std::int64_t depth_;
  AlignedFloats memory_;
  const float* packed_;
};

/// Panel number p of w (R, S, C, K) and of the bias (K), which may be null, to its place in `packed`.
void pack_panel(const Window&, int C, int K, int p, const float* w, const float* bias,
                float* packed);

/// Panel number p of the filter of a 1x1 convolution to its place in `packed`, the weights of channel c times s[c], and its
/// bias.
void scale_panel(const Filter&, int p, const float* s, float* packed);

/// The same as pack_panel of the convolution from K to C channels that computes the input's gradient at stride 1, which has no bias:
/// w mirrored, C and K exchanged. w'[r,s,k,c] = w[R-1-r,S-1-s,c,k]
void pack_mirrored_panel(const Window&, int C, int K, int p, const float* w, float* packed);

}  // namespace nanopneumo::cpu::tiled
