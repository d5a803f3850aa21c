#include <nlohmann/json.hpp>

#include "io/file_bytes.h"
#include "io/json_text.h"
#include "train/data_audit.h"

namespace nanopneumo {
namespace {

using Json = nlohmann::ordered_json;

/// Names of files may be no UTF-8 text.
Json names_json(const std::vector<std::string>& names) {
  Json list = Json::array();
  for (const std::string& name : names) list.push_back(shown(name));
  return list;
}

Json auc_json(const std::optional<AucFigure>& auc) {
  if (!auc) return nullptr;
  Json json{{"value", auc->value}};
  if (auc->interval95) json["interval95"] = {auc->interval95->low, auc->interval95->high};
  return json;
}

Json part_json(const PartAudit& part) {
  Json features;
  for (const FeatureFigures& f : part.features)
    features[f.name] = {{"mean", f.mean}, {"deviation", f.deviation}, {"auc", auc_json(f.auc)}};
  return {{"source", part.source},
          {"pictures", part.pictures},
          {"gray", part.gray},
          {"names_without_patient", part.unknown_names},
          {"features", features}};
}

Json key_json(const PatientKeyAudit& key) {
  Json overlaps = Json::array();
  for (const PatientOverlap& o : key.overlaps)
    overlaps.push_back({{"parts", {o.first, o.second}},
                        {"patients", o.patients},
                        {"pictures", {o.first_pictures, o.second_pictures}},
                        {"keys", names_json(o.keys)}});
  return {{"key", key.key},
          {"example", key.example},
          {"proven", false},
          {"patients", key.patients},
          {"in_both_classes", key.in_both_classes},
          {"overlaps", overlaps}};
}

Json duplicates_json(const DuplicateAudit& duplicates) {
  Json sets = Json::array();
  for (const std::vector<std::string>& set : duplicates.sets) sets.push_back(names_json(set));
  return {{"pictures", duplicates.pictures},
          {"across_parts", duplicates.across_parts},
          {"across_classes", duplicates.across_classes},
          {"across_patients", duplicates.across_patients},
          {"sets", sets}};
}

Json baseline_json(const ShortcutBaseline& baseline) {
  return {{"sees", baseline.sees},
          {"anything_to_see", baseline.anything_to_see},
          {"auc_cross_validated", auc_json(baseline.cross_validated)},
          {"auc_test", auc_json(baseline.on_test)}};
}

template <class T, class ToJson>
Json list(const std::vector<T>& values, const ToJson& to_json) {
  Json json = Json::array();
  for (const T& value : values) json.push_back(to_json(value));
  return json;
}

}  // namespace

std::string audit_json(const DataAudit& audit) {
  const Json json{{"classes", names_json(audit.classes)},
                  {"parts", list(audit.parts, part_json)},
                  {"patients", list(audit.patient_keys, key_json)},
                  {"exact_duplicates", duplicates_json(audit.exact)},
                  {"near_duplicates", duplicates_json(audit.near)},
                  {"baselines", list(audit.baselines, baseline_json)},
                  {"notes", names_json(audit.notes)}};
  return json_text(json);
}

}  // namespace nanopneumo
