#include "inside/manifest.h"

#include <nlohmann/json.hpp>

#include "io/atomic_file.h"
#include "io/file_bytes.h"
#include "io/is_there.h"
#include "io/json_text.h"
#include "train/intervals.h"

namespace nanopneumo {
namespace {

using Json = nlohmann::ordered_json;

Json class_or_null(const Manifest& manifest, const std::optional<int>& which) {
  return which ? Json(manifest.classes[static_cast<std::size_t>(*which)]) : Json(nullptr);
}

Json to_json(const Manifest& manifest, const ManifestEntry& entry) {
  const int called = entry.probability >= 0.5 ? 1 : 0;
  Json json = {{"file", entry.file},
               {"image", entry.image},
               {"label", class_or_null(manifest, entry.label)},
               {"called", class_or_null(manifest, called)},
               {"probability", entry.probability},
               {"right", entry.label ? Json(*entry.label == called) : Json(nullptr)}};
  if (entry.explains) json["explains"] = class_or_null(manifest, entry.explains);
  if (!entry.layer.empty()) json["layer"] = entry.layer;
  return json;
}

Json to_json(const PointingResult& result) {
  const Interval interval = wilson_interval(result.hits, result.n);
  return {{"hits", result.hits},
          {"phantoms", result.n},
          {"interval95", {interval.low, interval.high}},
          {"random_place", result.mean_area},
          {"best_fixed_place", result.best_fixed_place}};
}

}  // namespace

void write_manifest(const std::filesystem::path& file, const Manifest& manifest) {
  Json json = {{"method", manifest.method},
               {"model", manifest.model},
               {"classes", manifest.classes},
               {"trained_on_phantoms", manifest.trained_on_phantoms}};
  if (manifest.pointing) json["pointing_game"] = to_json(*manifest.pointing);
  Json& pictures = json["pictures"] = Json::array();
  for (const ManifestEntry& entry : manifest.pictures) pictures.push_back(to_json(manifest, entry));
  write_file_atomically(file, json_text(json));
}

void remove_pictures_of(const std::filesystem::path& file) {
  constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 24;
  if (!is_there(file)) return;
  const auto json = nlohmann::json::parse(read_file_bytes(file, kMostBytes), nullptr,
                                          /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("pictures") || !json["pictures"].is_array()) return;
  for (const auto& picture : json["pictures"]) {
    if (!picture.is_object() || !picture.contains("file") || !picture["file"].is_string()) continue;
    const std::filesystem::path name = picture["file"].get<std::string>();
    if (name.filename() != name || name.extension() != ".png") continue;  // not one of ours
    std::error_code ignored;
    for (const char* kind : {".png", ".npy"})
      std::filesystem::remove(
          file.parent_path() / std::filesystem::path(name).replace_extension(kind), ignored);
  }
}

}  // namespace nanopneumo
