// Synthetic chest X-rays: pictures to try the program with where no real ones are at hand.
//
// They are drawings, not medical images: nothing measured on them says anything about patients. A
// NORMAL and a PNEUMONIA phantom differ by soft opacities in the lungs alone; exposure, anatomy and
// noise are drawn from the same distributions for both.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "io/image_set.h"

namespace nanopneumo {

inline constexpr std::array<std::string_view, 2> kPhantomClasses = {"NORMAL", "PNEUMONIA"};
inline constexpr int kMinPhantomSide = 16;

/// A soft, bright patch in a lung, in pixels; at the radii it has faded to about a third.
struct Opacity {
  double row = 0;
  double column = 0;
  double radius_rows = 0;
  double radius_columns = 0;
  double strength = 0;  ///< how much of the lung's transparency it takes, in (0, 1)
};

/// The phantom number `index` of `seed`, gray. It depends on nothing else (Philox keys), so any may
/// be drawn alone. `label` 1 adds phantom_opacities. Throws ShapeError for a side below
/// kMinPhantomSide or a label other than 0 and 1.
Image phantom(int height, int width, int label, std::uint64_t seed, std::uint64_t index);

/// Where phantom() with the same arguments puts its opacities: 1 to 3 for label 1, none for 0.
std::vector<Opacity> phantom_opacities(int height, int width, int label, std::uint64_t seed,
                                       std::uint64_t index);

/// `count` phantoms with the labels 0, 1, 0, 1, ...; number i is phantom(.., i mod 2, seed,
/// stream * 2^32 + i). Different streams (training, validation) share no picture.
ImageSet make_phantoms(std::int64_t count, int height, int width, std::uint64_t seed,
                       std::uint32_t stream, int threads, const LoadProgress& progress = {});

/// Writes `count` >= 10 phantoms (those of stream 0) as PNG files
/// folder/{train,test}/{NORMAL,PNEUMONIA}/phantom-000012.png, the last fifth under test/, and
/// PHANTOMS.txt, which says that they are synthetic. Throws InputError where `folder` exists and is
/// not empty, the size is out of range, or a file cannot be written.
void write_phantoms(const std::filesystem::path& folder, std::int64_t count, int height, int width,
                    std::uint64_t seed, int threads = 1, const LoadProgress& progress = {});

}  // namespace nanopneumo
