// What a careful user wants to know of a data set before believing a figure measured on it.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "io/parallel.h"
#include "train/shortcut_baseline.h"

namespace nanopneumo {

/// One measured quantity of the pictures of a part.
struct FeatureFigures {
  std::string name;  ///< "height", "width", "bytes", "brightness", "contrast", "colour"
  std::array<double, 2> mean{}, deviation{};  ///< of the negative and the positive class
  /// P(larger in a positive picture than in a negative one): 0.5 where the classes do not differ.
  AucFigure auc{};
};

struct PartAudit {
  std::string name{}, source{};
  std::array<std::int64_t, 2> pictures{}, gray{};  ///< per class
  std::int64_t unknown_names = 0;                  ///< of which no patient is known
  std::vector<FeatureFigures> features{};
};

/// Patients who have pictures in two parts.
struct PatientOverlap {
  std::string first, second;  ///< parts
  std::int64_t patients = 0, first_pictures = 0, second_pictures = 0;
  std::vector<std::string> keys{};
};

/// The patients under one reading of the names.
struct PatientKeyAudit {
  std::string key;                                      ///< "number" or "number within its series"
  std::string example;                                  ///< what it makes of the published names
  std::vector<std::array<std::int64_t, 2>> patients{};  ///< of each part, per class
  std::int64_t in_both_classes = 0;                     ///< patients with pictures of either class
  std::vector<PatientOverlap> overlaps{};               ///< of each two parts
};

/// Sets of pictures that are, or look, the same.
struct DuplicateAudit {
  std::vector<std::vector<std::string>> sets{};  ///< files, named from the data set's folder on
  std::int64_t pictures = 0;                     ///< in all the sets
  /// Sets with members in several parts, classes, or of several patients under the finer key.
  std::int64_t across_parts = 0, across_classes = 0, across_patients = 0;
};

struct DataAudit {
  std::vector<std::string> classes{};
  std::vector<PartAudit> parts{};
  std::vector<PatientKeyAudit> patient_keys{};
  DuplicateAudit exact{};  ///< the same bytes
  DuplicateAudit near{};   ///< look alike (io/perceptual_hash.h); the exact ones are among them
  std::vector<ShortcutBaseline> baselines{};
  std::vector<std::string> notes{};
};

/// Reads every picture of the data set in `folder` (all of its parts), on `threads` threads; the result is
/// the same for any number of them. Throws InputError for unfit folders, and for the first picture that
/// cannot be read.
DataAudit audit_dataset(const std::filesystem::path& folder, int threads,
                        const LoadProgress& progress = {});

/// For the terminal.
std::string audit_text(const DataAudit& audit);
/// The same figures in full, with the names of all files and keys, as indented JSON.
std::string audit_json(const DataAudit& audit);

}  // namespace nanopneumo
