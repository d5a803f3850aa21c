#include "tools/report/model_card.h"

#include <fmt/format.h>

#include "io/file_bytes.h"
#include "models/registry.h"
#include "tools/report/evaluation.h"
#include "tools/report/figures.h"
#include "tools/report/limits.h"

namespace nanopneumo::report {
namespace {

/// Text that Markdown takes as text: the characters that begin markup or HTML get a backslash.
std::string plain(std::string_view text) {
  std::string result;
  for (const char c : shown(std::string(text))) {
    if (std::string_view("\\`*_{}[]<>#|!&").find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

std::string row(const char* name, const Estimate& e, bool as_percent) {
  const std::string value = as_percent ? percent(e.value) : decimal(e.value);
  const std::string range = !e.interval  ? "–"
                            : as_percent ? percent_range(*e.interval) + " %"
                                         : unit_range(*e.interval);
  return fmt::format("| {} | {} | {} |\n", name, value, range);
}

std::string results(const RunRecord& run) {
  const Evaluation e = evaluate(run);
  std::string text = fmt::format(
      "Epoch {} of {}, the best on these {} images, at threshold 0.5:\n\n"
      "| figure | value | 95 % interval |\n|-|-|-|\n",
      run.best_epoch().number, run.epochs.size(), whole(e.confusion.n()));
  text += row("accuracy", e.accuracy, true) + row("sensitivity", e.sensitivity, true) +
          row("specificity", e.specificity, true) + row("precision", e.precision, true) +
          row("F1", e.f1, false) + row("AUC", e.auc, false) + row("PR AUC", e.pr_auc, false) +
          row("Brier score", e.brier, false);
  return text +
         fmt::format("| expected calibration error | {} | – |\n", decimal(e.calibration_error));
}

std::string data(const RunRecord& run) {
  if (!run.facts) return "Not recorded by the version that trained it.\n";
  const RunFacts& f = *run.facts;
  const auto line = [&](const char* what, const auto& counts, const std::string& source) {
    return fmt::format("- {}: {} images from {} ({} {}, {} {})\n", what,
                       whole(counts[0] + counts[1]), plain(source), whole(counts[0]),
                       plain(f.classes[0]), whole(counts[1]), plain(f.classes[1]));
  };
  std::string text = line("training", f.training, f.training_source) +
                     line("validation", f.validation, f.validation_source);
  if (f.phantoms) text += "- **synthetic pictures (phantoms), no X-rays**\n";
  return text;
}

std::string weights(const RunRecord& run) {
  if (run.config.weights.empty()) return "trained from scratch";
  if (run.has_random_backbone())
    return "**random backbone (--weights none): it was never pretrained**";
  return "backbone pretrained on ImageNet, from " +
         plain(std::filesystem::path(run.config.weights).filename().string());
}

std::string card(const RunGroup& group) {
  const RunRecord& run = group.first();
  const Architecture& architecture = find_architecture(run.config.model);
  const Config& c = run.config;
  std::string text = fmt::format(
      "## {}\n\n- architecture: {} ({})\n- input: {} x {} x 3; one probability, of {}\n- weights: "
      "{}\n",
      plain(group.title), architecture.title, architecture.source, c.image_height, c.image_width,
      run.facts ? plain(run.facts->classes[1]) : "the positive class", weights(run));
  if (run.facts)
    text += fmt::format("- parameters: {}, of these trained at first: {}\n",
                        whole(run.facts->parameters), whole(run.facts->trained_parameters));
  text += fmt::format(
      "- training: Adam, learning rate {}, batch {}, {} epochs, dropout {}, class weights {}, "
      "augmentation {}, seed {}\n- run: {}\n\n### Data\n\n{}\n### Results\n\n{}\n",
      c.learning_rate, c.batch, c.epochs, c.dropout, c.class_weights.str(),
      c.augmentation.enabled() ? "on" : "off", c.seed, plain(run.name), data(run), results(run));
  if (group.runs.size() > 1) {
    const Spread s = spread_of(group.accuracies());
    text += fmt::format("Accuracy over {} seeds: mean {}, from {} to {}.\n\n", group.runs.size(),
                        percent(s.mean), percent(s.low), percent(s.high));
  }
  return text;
}

}  // namespace

std::string model_card(const Report& report) {
  std::string text = fmt::format(
      "# Model card: {}\n\n**This is not a medical device.** Written by nanopneumo {}.\n\n"
      "Intended use: to learn how such networks are trained and measured. Not intended: "
      "any decision about a patient.\n\n",
      plain(report.title), NANOPNEUMO_VERSION);
  for (const RunGroup& group : report.groups) text += card(group);
  text += "## Limits\n\n";
  for (const std::string_view limit : kLimits) text += fmt::format("- {}\n", limit);
  return text;
}

}  // namespace nanopneumo::report
