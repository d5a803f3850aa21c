// What a picture looks like in 256 bits, and finding those that look alike.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "io/image.h"

namespace nanopneumo {

/// The signs of a picture's coarse structure: bit (v, u) says whether coefficient (v, u) of the 16 x 16
/// lowest ones of the cosine transform (DCT-II) of the picture at 64 x 64 is above their median. The
/// constant one has bit 0. After the DCT hash of Zauner, "Implementation and benchmarking of perceptual
/// image hash functions" (2010), with 256 in place of 64 bits: X-rays of chests differ less than photos.
///
/// Scaling, compression, a gain or an offset of the brightness change few bits; mirroring, rotating or
/// cropping a picture, even by two pixels in a hundred, changes more than kNearDistance.
struct PerceptualHash {
  std::array<std::uint64_t, 4> bits{};
  auto operator<=>(const PerceptualHash&) const = default;
};

PerceptualHash perceptual_hash(const Image& image);

/// In how many of the 256 bits they differ.
int distance(const PerceptualHash& a, const PerceptualHash& b);

/// Pictures at most this far apart are called near duplicates. No two different ones of the 5,856
/// published X-rays are within twice that (docs/data.md).
inline constexpr int kNearDistance = 15;

/// Sets of two or more pictures that are linked by pairs at most kNearDistance apart, each in ascending
/// order, by their first picture. Exact, in about n log n: of 16 pieces of 16 bits, 15 differing bits
/// leave one untouched, so only pictures that share a piece are compared (multi-index hashing: Norouzi,
/// Punjani & Fleet 2012).
std::vector<std::vector<std::size_t>> near_duplicates(std::span<const PerceptualHash> hashes);

}  // namespace nanopneumo
