// The sums of a convolution for some pixels in a row and all filters.
#pragma once

#include "kernels/cpu/rows.h"
#include "kernels/cpu/tiled/bands.h"
#include "kernels/cpu/tiled/filter.h"
#include "kernels/kernels.h"

namespace nanopneumo::cpu::tiled {

/// What becomes of the sums: y = activation(sum + bias + residual). Pixels as in y.
struct Results {
  Rows y;
  ConstRows residual;  ///< data may be null
  Activation activation;

  /// The same from pixel `first` on.
  Results from(std::int64_t first) const {
    Results rest = *this;
    rest.y.data += first * y.stride;
    if (residual.data) rest.residual.data += first * residual.stride;
    return rest;
  }
};

/// Pixels for which multiply is best called: so many share the reading of a panel, and stay in the second-level cache.
inline constexpr int kBandPixels = 8 * kTileRows;

/// Memory that will be read next.
struct Upcoming {
  const float* data = nullptr;
  std::int64_t floats = 0;
};

/// `runs` times `pixels` pixels; the windows of a run lie one `run_step` after those of the run before, and its
/// results follow theirs. Meanwhile what is upcoming is fetched into the second-level cache.
void multiply(const Filter&, const Windows&, int runs, std::int64_t run_step, std::int64_t pixels,
              const Results&, Upcoming = {});

}  // namespace nanopneumo::cpu::tiled
