#include "io/perceptual_hash.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>

#include "io/gray.h"
#include "io/resample.h"
#include "io/union_find.h"

namespace nanopneumo {
namespace {

constexpr int kSide = 64;   ///< pixels that are transformed
constexpr int kWaves = 16;  ///< frequencies kept along each axis
constexpr int kPieces = 16;
static_assert(kNearDistance < kPieces);

/// cos(pi (2 x + 1) u / (2 kSide)), u-th row.
const std::array<std::array<double, kSide>, kWaves>& cosines() {
  static const auto table = [] {
    std::array<std::array<double, kSide>, kWaves> t{};
    for (std::size_t u = 0; u < kWaves; ++u)
      for (std::size_t x = 0; x < kSide; ++x)
        t[u][x] = std::cos(std::numbers::pi * static_cast<double>((2 * x + 1) * u) / (2 * kSide));
    return t;
  }();
  return table;
}

/// The lowest coefficients of the DCT-II of `pixels` (kSide, kSide), along rows, then columns. Their
/// scale does not matter.
std::array<double, kWaves * kWaves> low_frequencies(std::span<const std::uint8_t> pixels) {
  const auto& wave = cosines();
  std::array<std::array<double, kWaves>, kSide> rows{};
  for (std::size_t y = 0; y < kSide; ++y)
    for (std::size_t u = 0; u < kWaves; ++u)
      for (std::size_t x = 0; x < kSide; ++x)
        rows[y][u] += wave[u][x] * static_cast<double>(pixels[y * kSide + x]);
  std::array<double, kWaves * kWaves> result{};
  for (std::size_t v = 0; v < kWaves; ++v)
    for (std::size_t y = 0; y < kSide; ++y)
      for (std::size_t u = 0; u < kWaves; ++u) result[v * kWaves + u] += wave[v][y] * rows[y][u];
  return result;
}

double median_of_all_but_first(const std::array<double, kWaves * kWaves>& values) {
  std::vector<double> rest(values.begin() + 1, values.end());
  const auto middle = rest.begin() + static_cast<std::ptrdiff_t>(rest.size() / 2);
  std::ranges::nth_element(rest, middle);
  return *middle;
}

std::uint64_t piece(const PerceptualHash& hash, int number) {
  return hash.bits[static_cast<std::size_t>(number / 4)] >> (16 * (number % 4)) & 0xffff;
}

/// Unites the pictures in `numbers`, of different hashes, that share piece `number` and are near.
void unite_within(std::span<const PerceptualHash> hashes, std::vector<std::size_t> numbers,
                  int number, UnionFind& sets) {
  const auto key = [&](std::size_t i) { return piece(hashes[i], number); };
  std::ranges::sort(numbers, {}, key);
  for (std::size_t a = 0; a < numbers.size(); ++a)
    for (std::size_t b = a + 1; b < numbers.size() && key(numbers[b]) == key(numbers[a]); ++b)
      if (distance(hashes[numbers[a]], hashes[numbers[b]]) <= kNearDistance)
        sets.unite(numbers[a], numbers[b]);
}

}  // namespace

PerceptualHash perceptual_hash(const Image& image) {
  const Image small = resample_bilinear(to_gray(image), kSide, kSide);
  const auto waves = low_frequencies(small.pixels);
  const double median = median_of_all_but_first(waves);
  PerceptualHash hash;
  for (std::size_t i = 1; i < waves.size(); ++i)
    if (waves[i] > median) hash.bits[i / 64] |= std::uint64_t{1} << (i % 64);
  return hash;
}

int distance(const PerceptualHash& a, const PerceptualHash& b) {
  int differing = 0;
  for (std::size_t i = 0; i < a.bits.size(); ++i) differing += std::popcount(a.bits[i] ^ b.bits[i]);
  return differing;
}

std::vector<std::vector<std::size_t>> near_duplicates(std::span<const PerceptualHash> hashes) {
  UnionFind sets(hashes.size());
  std::map<PerceptualHash, std::size_t> first;
  std::vector<std::size_t> different;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    const auto [equal, is_new] = first.emplace(hashes[i], i);
    if (is_new)
      different.push_back(i);
    else
      sets.unite(i, equal->second);
  }
  for (int number = 0; number < kPieces; ++number) unite_within(hashes, different, number, sets);
  std::map<std::size_t, std::vector<std::size_t>> members;
  for (std::size_t i = 0; i < hashes.size(); ++i) members[sets.find(i)].push_back(i);
  std::vector<std::vector<std::size_t>> result;
  for (auto& [smallest, set] : members)
    if (set.size() > 1) result.push_back(std::move(set));
  return result;
}

}  // namespace nanopneumo
