// How much of a network's verdicts hangs on parts of the picture that show no lung.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "inside/occlusion.h"

namespace nanopneumo {

/// The frame around the middle is this share of each side wide, on all four sides.
inline constexpr double kFrame = 0.125;
/// The squares in the corners, where side markers and writing are, are this share of each side long.
inline constexpr double kCorner = 0.2;

/// The parts of a picture that are covered whole.
struct Regions {
  Cover border, corners, centre;
};
Regions regions(int height, int width);

/// The share of a map's absolute values that lies outside of the middle; 0 for a map of zeros.
double share_in_border(const HeatMap& map);

/// One picture, as it is and with each region covered.
struct AuditedPicture {
  std::string name;
  int label = 0;
  double probability = 0, without_border = 0, without_corners = 0, without_centre = 0;
  double share_in_border = 0;  ///< of the occlusion map
};

/// All but the map's share. Probabilities are those of the positive class.
AuditedPicture audit_picture(const Network& network, const ImageSet& pictures, std::int64_t i,
                             int batch);

/// What covering one region did to all pictures.
struct RegionEffect {
  double mean_change = 0;    ///< mean |probability covered - probability|
  std::int64_t changed = 0;  ///< pictures that get the other label
  std::int64_t right = 0;    ///< pictures that have the right label while it is covered
};

struct OcclusionAudit {
  std::vector<AuditedPicture> pictures;
  std::int64_t right = 0;  ///< nothing covered
  RegionEffect border{}, corners{}, centre{};
  double mean_share_in_border = 0;
  double border_area = 0;  ///< the share that a map that is the same everywhere would have there
};

/// Throws ShapeError where there are no pictures.
OcclusionAudit summarise(std::vector<AuditedPicture> pictures, int height, int width);

/// Writes the audit as JSON. Throws InputError where the file cannot be written.
void write_audit(const std::filesystem::path& file, const OcclusionAudit& audit,
                 const Patches& patches);

/// The same in a few lines for the terminal.
std::string describe(const OcclusionAudit& audit);

}  // namespace nanopneumo
