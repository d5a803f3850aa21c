#include "inside/occlusion_audit.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "io/atomic_file.h"
#include "io/json_text.h"
#include "tensor/errors.h"
#include "train/scoring.h"

namespace nanopneumo {
namespace {

using Json = nlohmann::ordered_json;

int part(int length, double share) { return static_cast<int>(std::lround(share * length)); }

Box middle(int height, int width) {
  const int rows = part(height, kFrame), columns = part(width, kFrame);
  return {rows, columns, height - 2 * rows, width - 2 * columns};
}

bool is_in(const Box& box, int row, int column) {
  return row >= box.top && row < box.top + box.height && column >= box.left &&
         column < box.left + box.width;
}

RegionEffect effect_of(const std::vector<AuditedPicture>& pictures,
                       double AuditedPicture::*without) {
  RegionEffect effect;
  for (const AuditedPicture& picture : pictures) {
    const bool called = picture.*without >= 0.5;
    effect.mean_change +=
        std::abs(picture.*without - picture.probability) / static_cast<double>(pictures.size());
    effect.changed += called != (picture.probability >= 0.5);
    effect.right += called == (picture.label == 1);
  }
  return effect;
}

Json to_json(const RegionEffect& effect) {
  return {{"mean_change_of_probability", effect.mean_change},
          {"labels_changed", effect.changed},
          {"right", effect.right}};
}

}  // namespace

Regions regions(int height, int width) {
  const Box m = middle(height, width);
  const int rows = part(height, kCorner), columns = part(width, kCorner);
  const int below = m.top + m.height, behind = m.left + m.width;
  return {.border = {{0, 0, m.top, width},
                     {below, 0, height - below, width},
                     {m.top, 0, m.height, m.left},
                     {m.top, behind, m.height, width - behind}},
          .corners = {{0, 0, rows, columns},
                      {0, width - columns, rows, columns},
                      {height - rows, 0, rows, columns},
                      {height - rows, width - columns, rows, columns}},
          .centre = {m}};
}

double share_in_border(const HeatMap& map) {
  const Box centre = middle(map.height, map.width);
  double border = 0, all = 0;
  for (int row = 0; row < map.height; ++row)
    for (int column = 0; column < map.width; ++column) {
      const double amount = std::abs(map.at(row, column));
      all += amount;
      if (!is_in(centre, row, column)) border += amount;
    }
  return all > 0 ? border / all : 0;
}

AuditedPicture audit_picture(const Network& network, const ImageSet& pictures, std::int64_t i,
                             int batch) {
  const Regions r = regions(pictures.height, pictures.width);
  const std::vector<Cover> covers = {{}, r.border, r.corners, r.centre};
  const std::vector<double> logits = covered_logits(network, pictures, i, covers, batch);
  return {.name = pictures.names[static_cast<std::size_t>(i)],
          .label = pictures.labels[static_cast<std::size_t>(i)],
          .probability = probability(logits[0]),
          .without_border = probability(logits[1]),
          .without_corners = probability(logits[2]),
          .without_centre = probability(logits[3])};
}

OcclusionAudit summarise(std::vector<AuditedPicture> pictures, int height, int width) {
  if (pictures.empty()) throw_shape_error("an audit needs pictures");
  OcclusionAudit audit;
  for (const AuditedPicture& picture : pictures) {
    audit.right += (picture.probability >= 0.5) == (picture.label == 1);
    audit.mean_share_in_border += picture.share_in_border / static_cast<double>(pictures.size());
  }
  audit.border = effect_of(pictures, &AuditedPicture::without_border);
  audit.corners = effect_of(pictures, &AuditedPicture::without_corners);
  audit.centre = effect_of(pictures, &AuditedPicture::without_centre);
  const Box centre = middle(height, width);
  audit.border_area = 1 - static_cast<double>(centre.height) * centre.width / height / width;
  audit.pictures = std::move(pictures);
  return audit;
}

void write_audit(const std::filesystem::path& file, const OcclusionAudit& audit,
                 const Patches& patches) {
  Json json = {{"pictures", audit.pictures.size()},
               {"patch", patches.size},
               {"stride", patches.stride},
               {"frame", kFrame},
               {"corner", kCorner},
               {"right", audit.right},
               {"border_covered", to_json(audit.border)},
               {"corners_covered", to_json(audit.corners)},
               {"centre_covered", to_json(audit.centre)},
               {"mean_share_of_map_in_border", audit.mean_share_in_border},
               {"area_of_border", audit.border_area}};
  Json& images = json["images"] = Json::array();
  for (const AuditedPicture& p : audit.pictures)
    images.push_back({{"image", p.name},
                      {"label", p.label},
                      {"probability", p.probability},
                      {"border_covered", p.without_border},
                      {"corners_covered", p.without_corners},
                      {"centre_covered", p.without_centre},
                      {"share_of_map_in_border", p.share_in_border}});
  write_file_atomically(file, json_text(json));
}

std::string describe(const OcclusionAudit& audit) {
  std::string text = fmt::format("{:<16} {:>7} {:>14} {:>22}\n{:<16} {:>7}\n", "covered", "right",
                                 "other label", "change of probability", "nothing", audit.right);
  const auto row = [&](const char* name, const RegionEffect& effect) {
    text += fmt::format("{:<16} {:>7} {:>14} {:>22.3f}\n", name, effect.right, effect.changed,
                        effect.mean_change);
  };
  row("border", audit.border);
  row("corners", audit.corners);
  row("all but border", audit.centre);
  text += fmt::format(
      "The border has {:.0f} % of the area and {:.0f} % of the maps' absolute values.\n",
      100 * audit.border_area, 100 * audit.mean_share_in_border);
  return text;
}

}  // namespace nanopneumo
