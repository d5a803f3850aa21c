// The sums of a convolution for some pixels in a row and all filters.
#pragma once

#include "kernels/cpu/rows.h"
#include "kernels/cpu/tiled/bands.h"
#include "kernels/cpu/tiled/bfloat16_filter.h"
#include "kernels/cpu/tiled/fetch.h"
#include "kernels/cpu/tiled/filter.h"
#include "kernels/kernels.h"

namespace nanopneumo::cpu::tiled {

/// What becomes of the sums: y = activation(sum + bias + residual). Pixels as in y.
template <class E>
struct ResultsOf {
  RowsOf<E> y;
  RowsOf<const E> residual;  ///< data may be null
  Activation activation;

  /// The same from pixel `first` on.
  ResultsOf from(std::int64_t first) const {
    ResultsOf rest = *this;
    rest.y.data += first * y.stride;
    if (residual.data) rest.residual.data += first * residual.stride;
    return rest;
  }
};

using Results = ResultsOf<float>;

/// Filters of up to so many bytes stay in the second-level cache of any CPU today, beside the pixels they are
/// multiplied with. They are read anew for each tile, which is read once for all of them.
inline constexpr std::size_t kStaysInCache = 256 * 1024;
/// Of larger ones so many bytes are multiplied with many tiles before the next ones: of float32 with AVX-512, whose CPUs
/// have larger caches, and elsewhere (one panel at a time; groups have not been measured there).
inline constexpr std::size_t kGroupOfFloats = kLanes == 16 ? 2 * kStaysInCache : 0;

/// Calls body(first, end) for groups of panels of about `group` bytes, or for all where they stay in the cache.
template <class Body>
void for_groups(int panels, std::size_t bytes, std::size_t group, const Body& body) {
  const std::size_t of_a_panel = bytes / static_cast<std::size_t>(panels);
  const int size =
      bytes <= kStaysInCache ? panels : std::max(1, static_cast<int>(group / of_a_panel));
  for (int p = 0; p < panels; p += size) body(p, std::min(panels, p + size));
}

/// Pixels for which multiply is best called where each reads so many elements that no other reads: so many share the
/// reading of a panel, and stay in the second-level cache. Of few channels there are more: rows of a band share the rows
/// that are copied for both.
template <class E>
int band_pixels(std::int64_t elements) {
  constexpr bool kIsFloat = std::is_same_v<E, float>;
  constexpr std::int64_t kBytes = kIsFloat ? 16 * 1024 : 1024 * 1024,
                         kFewest = kIsFloat ? 8 * kTileRows : 4 * matrix_tiles::kBlockPixels,
                         kMost = 32 * matrix_tiles::kBlockPixels;
  return static_cast<int>(
      std::clamp<std::int64_t>(kBytes / (elements * std::int64_t{sizeof(E)}), kFewest, kMost));
}

/// The same of pixels that are made for it: fewer where that leaves them and the filter in the caches.
inline int band_of_made_pixels(const Filter&) { return 8 * kTileRows; }
inline int band_of_made_pixels(const BFloat16Filter& filter) {
  return (filter.bytes() <= kStaysInCache ? 4 : 16) * matrix_tiles::kBlockPixels;
}

/// The results of all pixels of the grid, whose first window is where the windows begin. Meanwhile what is upcoming is
/// fetched into the second-level cache.
void multiply(const Filter&, const WindowsOf<float>&, const Grid&, const ResultsOf<float>&,
              Upcoming = {});
/// The same in bfloat16 with sums of floats, where the CPU has matrix tiles (matrix_tiles.h).
void multiply(const BFloat16Filter&, const WindowsOf<BFloat16>&, const Grid&,
              const ResultsOf<BFloat16>&, Upcoming = {});

}  // namespace nanopneumo::cpu::tiled
