#include "tools/report/page.h"

#include <fmt/format.h>

#include <filesystem>
#include <sstream>

#include "io/file_bytes.h"
#include "tensor/errors.h"
#include "tools/report/html.h"
#include "tools/report/style.h"

namespace nanopneumo::report {
namespace {

using SectionMaker = std::optional<Section> (*)(const Report&);

constexpr SectionMaker kSections[] = {
    summary_section,       learning_curves_section, results_section,
    test_section,          ensembles_section,       cross_validation_section,
    comparison_section,    ranking_section,         calibration_section,
    thresholds_section,    confusion_section,       gradcam_section,
    saliency_section,      feature_maps_section,    occlusion_section,
    augmentation_section,  audit_section,           cost_section,
    configuration_section, limits_section};

std::string warnings(const Report& report) {
  std::string html =
      "<p class=\"warning\"><strong>This is not a medical device.</strong> It is for learning and "
      "for experiments: nothing on this page is a diagnosis, and none of its figures says how a "
      "network would do in another hospital.</p>\n";
  bool phantoms = false, random = false;
  for (const RunGroup& group : report.groups)
    for (const RunRecord& run : group.runs) {
      phantoms = phantoms || run.on_phantoms();
      random = random || run.has_random_backbone();
    }
  if (phantoms)
    html +=
        "<p class=\"warning\"><strong>Synthetic data.</strong> Runs marked “phantoms” were trained "
        "and measured on drawn pictures that merely resemble X-rays. Their figures say that the "
        "program works, and nothing about X-rays.</p>\n";
  if (random)
    html +=
        "<p class=\"warning\"><strong>Random backbone.</strong> Runs marked “random backbone” used "
        "no pretrained weights (<code>--weights none</code>): they are no transfer learning.</p>\n";
  for (const std::string& note : report.notes)
    html += fmt::format("<p class=\"warning\">{}</p>\n", escape(note));
  return html;
}

constexpr std::uint64_t kMaxNotesBytes = 1u << 20;

std::vector<std::string> read_notes(const std::vector<std::string>& paths) {
  std::vector<std::string> notes;
  for (const std::filesystem::path path : paths) {
    const std::filesystem::path file = path / "notes.txt";
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) continue;
    std::istringstream in(read_file_bytes(file, kMaxNotesBytes));
    for (std::string line; std::getline(in, line);)
      if (!line.empty()) notes.push_back(line);
  }
  return notes;
}

}  // namespace

Report read_report(std::string title, const std::vector<std::string>& paths, Grouping grouping) {
  std::vector<std::string> notes = read_notes(paths);
  Report report{.title = std::move(title), .groups = group_runs(read_runs(paths, notes), grouping)};
  report.comparisons = compare_groups(report.groups);
  report.notes = std::move(notes);
  return report;
}

std::string page(const Report& report) {
  std::string links, body;
  for (const SectionMaker make : kSections)
    if (const auto section = make(report)) {
      links += fmt::format("<li><a href=\"#{}\">{}</a></li>", section->id, escape(section->title));
      body +=
          fmt::format("<section aria-labelledby=\"{0}\">\n<h2 id=\"{0}\">{1}</h2>\n{2}</section>\n",
                      section->id, escape(section->title), section->body);
    }
  // The favicon's empty address keeps a browser that is shown this page by a server from asking for one.
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n"
      "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n"
      "<a class=\"skip\" href=\"#content\">Skip to the results</a>\n<header>\n<h1>{0}</h1>\n"
      "<p class=\"soft\">Pneumonia in chest X-rays by transfer learning: a reproduction of "
      "A. Jain, “Pneumonia detection using transfer learning and convolutional neural "
      "networks”.</p>\n{2}"
      "<nav aria-label=\"Contents\"><ul>{3}</ul></nav>\n</header>\n<main "
      "id=\"content\">\n{4}</main>\n"
      "<footer><p>Made by nanopneumo {5}.</p></footer>\n</body>\n</html>\n",
      escape(report.title), style_sheet(), warnings(report), links, body, NANOPNEUMO_VERSION);
}

}  // namespace nanopneumo::report
