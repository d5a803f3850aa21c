#include "train/data_audit.h"

#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "io/dataset_parts.h"
#include "io/patient_key.h"
#include "train/patient_groups.h"

namespace nanopneumo {
namespace {

/// A picture with its part's number.
struct Picture {
  std::size_t part;
  std::size_t label;
  std::string name;
  PatientKeys keys;
};

/// All pictures of a data set, part after part.
struct Pictures {
  std::vector<LabelledFile> files;
  std::vector<Picture> about;
  std::vector<PictureFacts> facts;
};

Pictures read_pictures(const DatasetParts& found, const std::filesystem::path& folder, int threads,
                       const LoadProgress& progress) {
  Pictures all;
  for (std::size_t part = 0; part < found.parts.size(); ++part)
    for (const LabelledFile& file : found.parts[part].files) {
      all.files.push_back(file);
      all.about.push_back({part, static_cast<std::size_t>(file.label),
                           file.path.lexically_relative(folder).generic_string(),
                           patient_keys(file.path)});
    }
  all.facts = picture_facts(all.files, threads, progress);
  return all;
}

FeatureFigures feature_figures(const char* name, const std::vector<double>& values,
                               const std::vector<std::uint8_t>& labels) {
  FeatureFigures figures{.name = name};
  std::array<double, 2> n{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    ++n[labels[i]];
    figures.mean[labels[i]] += values[i];
  }
  for (std::size_t label = 0; label < 2; ++label) figures.mean[label] /= n[label];
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double difference = values[i] - figures.mean[labels[i]];
    figures.deviation[labels[i]] += difference * difference / n[labels[i]];
  }
  for (double& deviation : figures.deviation) deviation = std::sqrt(deviation);
  figures.auc = *auc_figure(values, labels);
  return figures;
}

PartAudit audit_part(const DatasetPart& part, std::size_t number, const Pictures& all) {
  PartAudit audit{.name = part.name, .source = part.source()};
  std::vector<const PictureFacts*> facts;
  std::vector<std::uint8_t> labels;
  for (std::size_t i = 0; i < all.about.size(); ++i) {
    const Picture& picture = all.about[i];
    if (picture.part != number) continue;
    facts.push_back(&all.facts[i]);
    labels.push_back(static_cast<std::uint8_t>(picture.label));
    ++audit.pictures[picture.label];
    audit.gray[picture.label] += all.facts[i].measures.gray;
    audit.unknown_names += picture.keys.number.empty();
  }
  const auto add = [&](const char* name, double (*value)(const PictureFacts&)) {
    std::vector<double> values;
    for (const PictureFacts* one : facts) values.push_back(value(*one));
    audit.features.push_back(feature_figures(name, values, labels));
  };
  add("height", [](const PictureFacts& f) { return double(f.measures.height); });
  add("width", [](const PictureFacts& f) { return double(f.measures.width); });
  add("bytes", [](const PictureFacts& f) { return double(f.content.bytes); });
  add("brightness", [](const PictureFacts& f) { return f.measures.brightness; });
  add("contrast", [](const PictureFacts& f) { return f.measures.contrast; });
  add("colour", [](const PictureFacts& f) { return f.measures.colour; });
  return audit;
}

/// A patient's pictures in each part, per class.
using PatientPictures = std::vector<std::array<std::int64_t, 2>>;

std::int64_t sum(const std::array<std::int64_t, 2>& counts) { return counts[0] + counts[1]; }

PatientKeyAudit audit_key(const char* key, const char* example, std::string PatientKeys::*member,
                          const Pictures& all, const DatasetParts& found) {
  PatientKeyAudit audit{.key = key, .example = example};
  std::map<std::string, PatientPictures> patients;
  for (const Picture& picture : all.about) {
    const std::string& patient = picture.keys.*member;
    if (patient.empty()) continue;
    const auto [entry, is_new] = patients.emplace(patient, PatientPictures(found.parts.size()));
    ++entry->second[picture.part][picture.label];
  }
  audit.patients.resize(found.parts.size());
  for (const auto& [patient, parts] : patients) {
    std::array<std::int64_t, 2> total{};
    for (std::size_t part = 0; part < parts.size(); ++part)
      for (std::size_t label = 0; label < 2; ++label) {
        audit.patients[part][label] += parts[part][label] > 0;
        total[label] += parts[part][label];
      }
    audit.in_both_classes += total[0] > 0 && total[1] > 0;
  }
  for (std::size_t a = 0; a < found.parts.size(); ++a)
    for (std::size_t b = a + 1; b < found.parts.size(); ++b) {
      PatientOverlap overlap{.first = found.parts[a].source(), .second = found.parts[b].source()};
      for (const auto& [patient, parts] : patients)
        if (sum(parts[a]) && sum(parts[b])) {
          ++overlap.patients;
          overlap.first_pictures += sum(parts[a]);
          overlap.second_pictures += sum(parts[b]);
          overlap.keys.push_back(patient);
        }
      audit.overlaps.push_back(overlap);
    }
  return audit;
}

DuplicateAudit audit_sets(const std::vector<std::vector<std::size_t>>& sets, const Pictures& all) {
  DuplicateAudit audit;
  for (const std::vector<std::size_t>& set : sets) {
    std::set<std::size_t> parts, classes;
    std::set<std::string> patients;
    std::vector<std::string> names;
    for (const std::size_t i : set) {
      parts.insert(all.about[i].part);
      classes.insert(all.about[i].label);
      if (!all.about[i].keys.series.empty()) patients.insert(all.about[i].keys.series);
      names.push_back(all.about[i].name);
    }
    audit.pictures += static_cast<std::int64_t>(set.size());
    audit.across_parts += parts.size() > 1;
    audit.across_classes += classes.size() > 1;
    audit.across_patients += patients.size() > 1;
    audit.sets.push_back(std::move(names));
  }
  return audit;
}

std::vector<std::vector<std::size_t>> exact_duplicates(const Pictures& all) {
  std::map<ContentHash, std::vector<std::size_t>> by_content;
  for (std::size_t i = 0; i < all.facts.size(); ++i) by_content[all.facts[i].content].push_back(i);
  std::map<std::size_t, std::vector<std::size_t>> by_first;
  for (auto& [content, set] : by_content)
    if (set.size() > 1) by_first[set[0]] = std::move(set);
  std::vector<std::vector<std::size_t>> sets;
  for (auto& [first, set] : by_first) sets.push_back(std::move(set));
  return sets;
}

MeasuredPictures measured(const Pictures& all, const std::vector<std::string>& groups,
                          const std::vector<DatasetPart>& parts, const std::string& part) {
  MeasuredPictures result;
  for (std::size_t i = 0; i < all.about.size(); ++i) {
    if (parts[all.about[i].part].name != part) continue;
    result.measures.push_back(all.facts[i].measures);
    result.labels.push_back(static_cast<std::uint8_t>(all.about[i].label));
    result.groups.push_back(groups[i]);
  }
  return result;
}

}  // namespace

DataAudit audit_dataset(const std::filesystem::path& folder, int threads,
                        const LoadProgress& progress) {
  const DatasetParts found = find_dataset_parts(folder);
  const Pictures all = read_pictures(found, folder, threads, progress);
  DataAudit audit{.classes = found.classes, .notes = found.notes};
  for (std::size_t part = 0; part < found.parts.size(); ++part)
    audit.parts.push_back(audit_part(found.parts[part], part, all));
  audit.patient_keys.push_back(
      audit_key("number", "person12, IM-115", &PatientKeys::number, all, found));
  audit.patient_keys.push_back(audit_key("number within its series",
                                         "person12_virus, NORMAL2-IM-115", &PatientKeys::series,
                                         all, found));
  std::vector<ContentHash> contents;
  std::vector<PerceptualHash> looks;
  for (const PictureFacts& facts : all.facts) {
    contents.push_back(facts.content);
    looks.push_back(facts.look);
  }
  audit.exact = audit_sets(exact_duplicates(all), all);
  audit.near = audit_sets(near_duplicates(looks), all);
  const PatientGroups groups = group_by_patient(all.files, folder, contents);
  audit.baselines =
      shortcut_baselines(measured(all, groups.group, found.parts, found.parts[0].name),
                         measured(all, groups.group, found.parts, "test"));
  return audit;
}

}  // namespace nanopneumo
