// The parts of the report, one file each.
//
// A part that needs files which are not there gives nothing, and one that misses some says what is
// missing. To add a part, write a function of this kind and put it into the table in page.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/report/comparison.h"
#include "tools/report/run_group.h"

namespace nanopneumo::report {

struct Report {
  std::string title;  ///< text
  std::vector<RunGroup> groups;
  Comparisons comparisons{};
  std::vector<std::string> notes{};  ///< what is to be said of the whole, as text
};

struct Section {
  std::string id;     ///< unique on the page; a letter, then letters, digits and hyphens
  std::string title;  ///< text
  std::string body;   ///< HTML
};

std::optional<Section> summary_section(const Report& report);
std::optional<Section> learning_curves_section(const Report& report);
std::optional<Section> results_section(const Report& report);
std::optional<Section> test_section(const Report& report);
std::optional<Section> ensembles_section(const Report& report);
std::optional<Section> cross_validation_section(const Report& report);
std::optional<Section> comparison_section(const Report& report);
std::optional<Section> ranking_section(const Report& report);
std::optional<Section> calibration_section(const Report& report);
std::optional<Section> thresholds_section(const Report& report);
std::optional<Section> confusion_section(const Report& report);
std::optional<Section> feature_maps_section(const Report& report);
std::optional<Section> gradcam_section(const Report& report);
std::optional<Section> saliency_section(const Report& report);
std::optional<Section> occlusion_section(const Report& report);
std::optional<Section> augmentation_section(const Report& report);
std::optional<Section> audit_section(const Report& report);
std::optional<Section> cost_section(const Report& report);
std::optional<Section> configuration_section(const Report& report);
std::optional<Section> limits_section(const Report& report);

/// The groups whose first run kept its predictions.
std::vector<const RunGroup*> groups_with_predictions(const Report& report);
/// A note that names the other ones; "" where there are none.
std::string without_predictions_note(const Report& report);

/// "MobileNet, seed 3".
std::string name_of_run(const RunGroup& group, const RunRecord& run);

}  // namespace nanopneumo::report
