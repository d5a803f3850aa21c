#include <fmt/format.h>

#include <algorithm>

#include "io/file_bytes.h"
#include "train/data_audit.h"

namespace nanopneumo {
namespace {

std::string auc_text(const AucFigure& auc) {
  if (!auc.interval95) return fmt::format("{:.3f}", auc.value);
  return fmt::format("{:.3f} ({:.3f} to {:.3f})", auc.value, auc.interval95->low,
                     auc.interval95->high);
}

std::string balance_text(const DataAudit& audit) {
  std::string text = "\nPictures\n";
  for (const PartAudit& part : audit.parts) {
    const auto [negatives, positives] = part.pictures;
    text += fmt::format(
        "  {:<18} {:>6} {} + {:>6} {} ({:.1f} %); {} gray\n", part.source, negatives,
        shown(audit.classes[0]), positives, shown(audit.classes[1]),
        100.0 * static_cast<double>(positives) / static_cast<double>(negatives + positives),
        part.gray[0] + part.gray[1]);
  }
  return text;
}

std::string overlap_text(const PatientOverlap& o) {
  if (o.patients == 0) return fmt::format("    {} and {} share none\n", o.first, o.second);
  return fmt::format("    {} and {} share {}, with {} and {} pictures there\n", o.first, o.second,
                     o.patients, o.first_pictures, o.second_pictures);
}

std::string patients_text(const DataAudit& audit) {
  std::int64_t unknown = 0, all = 0;
  for (const PartAudit& part : audit.parts) {
    unknown += part.unknown_names;
    all += part.pictures[0] + part.pictures[1];
  }
  std::string text = "\nPatients, as the files' names tell them\n";
  if (unknown) text += fmt::format("  {} of {} names tell no patient\n", unknown, all);
  if (unknown == all) return text;
  for (const PatientKeyAudit& key : audit.patient_keys) {
    text += fmt::format("  by {} ({}); not proven\n", key.key, key.example);
    for (std::size_t part = 0; part < audit.parts.size(); ++part)
      text += fmt::format("    {:<16} {:>6} {}, {:>6} {}\n", audit.parts[part].source,
                          key.patients[part][0], shown(audit.classes[0]), key.patients[part][1],
                          shown(audit.classes[1]));
    for (const PatientOverlap& overlap : key.overlaps) text += overlap_text(overlap);
    if (key.in_both_classes)
      text += fmt::format("    {} have pictures of both classes\n", key.in_both_classes);
  }
  return text +
         "  The publishers say which pictures are of one patient in no other way than by these\n"
         "  names: the first reading is the cautious one, the truth may be either.\n";
}

std::string set_text(const std::vector<std::string>& set) {
  constexpr std::size_t kShown = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(set.size(), kShown); ++i)
    text += (i ? ", " : "    ") + shown(set[i]);
  return text + (set.size() > kShown ? fmt::format(", and {} more\n", set.size() - kShown) : "\n");
}

std::string duplicates_text(const char* what, const DuplicateAudit& d) {
  if (d.sets.empty()) return fmt::format("  {}: none\n", what);
  constexpr std::size_t kShown = 5;
  std::string text = fmt::format(
      "  {}: {} pictures in {} set{}; {} across parts, {} across classes, {} across patients\n",
      what, d.pictures, d.sets.size(), d.sets.size() == 1 ? "" : "s", d.across_parts,
      d.across_classes, d.across_patients);
  for (std::size_t i = 0; i < std::min(d.sets.size(), kShown); ++i) text += set_text(d.sets[i]);
  if (d.sets.size() > kShown)
    text += fmt::format("    and {} more, which --out lists\n", d.sets.size() - kShown);
  return text;
}

std::string features_text(const DataAudit& audit) {
  std::string text =
      "\nDifferences between the classes (mean +- standard deviation; AUC of the figure alone,\n"
      "0.5 where the classes do not differ in it)\n";
  for (const PartAudit& part : audit.parts) {
    text += fmt::format("  {:<12} {:>20}  {:>20}  AUC\n", part.source, shown(audit.classes[0]),
                        shown(audit.classes[1]));
    for (const FeatureFigures& f : part.features)
      text +=
          fmt::format("    {:<10} {:>20}  {:>20}  {}\n", f.name,
                      fmt::format("{:.1f} +- {:.1f}", f.mean[0], f.deviation[0]),
                      fmt::format("{:.1f} +- {:.1f}", f.mean[1], f.deviation[1]), auc_text(f.auc));
  }
  return text;
}

std::string baselines_text(const DataAudit& audit) {
  std::string text =
      "\nA logistic regression that sees nothing of the picture but (AUC, 95 % interval)\n";
  text += fmt::format("  {:<20} {:<26} {}\n", "", "cross-validated by patient", "on test/");
  const auto figure = [](const std::optional<AucFigure>& auc) {
    return auc ? auc_text(*auc) : std::string("-");
  };
  for (const ShortcutBaseline& b : audit.baselines)
    text += b.anything_to_see
                ? fmt::format("  {:<20} {:<26} {}\n", b.sees, figure(b.cross_validated),
                              figure(b.on_test))
                : fmt::format("  {:<20} all training pictures are alike in it\n", b.sees);
  return text + "  A network can learn as much without looking at a lung.\n";
}

}  // namespace

std::string audit_text(const DataAudit& audit) {
  std::string text = fmt::format("classes     {} (negative), {} (positive)\n",
                                 shown(audit.classes[0]), shown(audit.classes[1]));
  text += balance_text(audit) + patients_text(audit) + "\nDuplicates\n";
  text += duplicates_text("the same bytes", audit.exact);
  text += audit.near.sets == audit.exact.sets
              ? "  looking the same: no others\n"
              : duplicates_text("looking the same, these included", audit.near);
  text += features_text(audit) + baselines_text(audit);
  for (const std::string& note : audit.notes) text += fmt::format("note: {}\n", note);
  return text;
}

}  // namespace nanopneumo
