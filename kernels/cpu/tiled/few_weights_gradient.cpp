#include "kernels/cpu/tiled/few_weights_gradient.h"

#include "kernels/cpu/tiled/weight_gradient_tile.h"

namespace nanopneumo::cpu::tiled {
namespace {

constexpr std::int64_t kFewWeights = 16384;

/// Into how many parts the pixels are cut: enough for the threads to take one after another, of a band at least, and few
/// to add up.
std::int64_t parts_of(const Bands& bands, std::int64_t pixels) {
  constexpr std::int64_t kMost = 64;
  return std::clamp<std::int64_t>(pixels / bands.most_pixels(), 1, std::min(bands.rows(), kMost));
}

std::int64_t whole_lines(std::int64_t floats) { return (floats + 15) / 16 * 16; }

/// What each part of the pixels leaves: its sums for dw, and in double for db.
class Sums {
 public:
  Sums(const ConvDims& d, std::int64_t parts)
      : parts_(parts), weights_(d.weight_size()), filters_(std::int64_t{panels(d.K)} * kPanel) {}

  std::size_t bytes() const { return static_cast<std::size_t>(parts_ * part()) * sizeof(float); }
  double* db(float* memory, std::int64_t i) const {
    return reinterpret_cast<double*>(memory + i * part());
  }
  float* dw(float* memory, std::int64_t i) const { return memory + i * part() + 2 * filters_; }

  /// dw and db from the parts' sums.
  void add_up(Stream& stream, float* memory, const ConvDims& d, float* dw, float* db) const {
    parallel_elements(stream, weights_, [=, this, parts = parts_](std::int64_t w) {
      double sum = 0;
      for (std::int64_t i = 0; i < parts; ++i) sum += static_cast<double>(this->dw(memory, i)[w]);
      dw[w] = static_cast<float>(sum);
    });
    if (!db) return;
    for (int k = 0; k < d.K; ++k) {
      double sum = 0;
      for (std::int64_t i = 0; i < parts_; ++i) sum += this->db(memory, i)[k];
      db[k] = static_cast<float>(sum);
    }
  }

 private:
  std::int64_t part() const { return whole_lines(2 * filters_ + weights_); }

  std::int64_t parts_, weights_, filters_;
};

/// Adds all products of a band to dw, and dy to db.
void add_products(const ConvDims& d, const Band& band, bool first, const float* packed, float* dw,
                  double* db) {
  const std::int64_t pixels = band.grid.all_pixels(), row = std::int64_t{d.window.S} * d.C;
  const int tiles = static_cast<int>((row + kTileRows - 1) / kTileRows);
  for (int p = 0; p < panels(d.K); ++p) {
    const int k = p * kPanel;
    const float* panel = packed + p * pixels * kPanel;
    add_pixels(pixels, panel, db + k);
    for (int r = 0; r < d.window.R; ++r)
      for (int tile = 0; tile < tiles; ++tile) {
        const Range numbers(row, tile, tiles);
        add_band(static_cast<int>(numbers.end - numbers.begin), band,
                 band.windows.data + r * band.windows.row + numbers.begin, panel,
                 {dw + (r * row + numbers.begin) * d.K + k, d.K, std::min(kPanel, d.K - k), first});
      }
  }
}

}  // namespace

bool has_few_weights(const ConvDims& d) { return d.weight_size() <= kFewWeights; }

void few_weights_gradient(Stream& stream, const ConvDims& d, const float* x, const float* dy,
                          float* dw, float* db) {
  const Bands bands = weight_gradient_bands(d);
  const std::int64_t parts = parts_of(bands, d.output_size() / d.K);
  const Sums sums(d, parts);
  const Range all_panels(panels(d.K), 0, 1);
  const std::int64_t scratch =
      whole_lines(bands.copy_size()) + bands.most_pixels() * panels(d.K) * kPanel;
  const int threads = cpu_stream(stream).threads();
  auto* memory = static_cast<float*>(cpu_stream(stream).workspace(
      sums.bytes() + static_cast<std::size_t>(threads * scratch) * sizeof(float)));
  parallel_pieces(stream, parts, 1, [&](const Range& piece, int thread) {
    float* copy = memory + sums.bytes() / sizeof(float) + thread * scratch;
    float* packed = copy + whole_lines(bands.copy_size());
    double* own_db = sums.db(memory, piece.begin);
    std::fill_n(own_db, panels(d.K) * kPanel, 0.0);
    const Range rows(bands.rows(), static_cast<int>(piece.begin), static_cast<int>(parts));
    for (std::int64_t row = rows.begin; row < rows.end;) {
      const bool first = row == rows.begin;
      const Band band = bands.take(x, row, rows.end, copy);
      pack_panels(band, dy, d.K, all_panels, packed);
      add_products(d, band, first, packed, sums.dw(memory, piece.begin), own_db);
    }
  });
  sums.add_up(stream, memory, d, dw, db);
}

}  // namespace nanopneumo::cpu::tiled
