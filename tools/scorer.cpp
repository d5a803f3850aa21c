#include "tools/scorer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "io/file_bytes.h"
#include "io/image_set.h"
#include "io/is_there.h"
#include "tools/progress_bar.h"
#include "tools/report/run_record.h"
#include "train/metrics.h"
#include "train/roc.h"
#include "train/temperature.h"
#include "train/test_time.h"

namespace nanopneumo {
namespace {

constexpr std::string_view kSensitivity = "sensitivity:";

[[noreturn]] void refuse_threshold(const std::string& text) {
  throw_input_error(
      "--threshold {} is none; give a probability from 0 to 1, youden, or sensitivity:0.95 for the "
      "highest one that reaches this sensitivity",
      shown(text));
}

double number(std::string_view text, const std::string& whole_text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(value >= 0 && value <= 1))
    refuse_threshold(whole_text);
  return value;
}

/// A number as it is; nothing where it is to be chosen.
std::optional<double> given_threshold(const std::string& text) {
  if (text == "youden") return {};
  if (!text.starts_with(kSensitivity)) return number(text, text);
  if (!(number(text.substr(kSensitivity.size()), text) > 0)) refuse_threshold(text);
  return {};
}

}  // namespace

void add_scoring_options(Command command, ScoringOptions& options) {
  command
      .option("--with", options.with,
              "Another run, once for each: the mean of all probabilities (an ensemble)")
      .one_each()
      .value_name("RUN")
      .without_default();
  command
      .option("--tta", options.versions,
              "Test-time augmentation: the mean over N versions of each picture, itself and N - 1 "
              "random ones")
      .between(1, 1000);
  command
      .option("--tta-augment", options.augment,
              "Which ones: as the run was trained with, or the paper's")
      .one_of({"run", "paper"});
  command.flag("--calibrated", options.calibrated,
               "Temperature scaling, fitted to each run's validation images");
  command
      .option("--threshold", options.threshold,
              "A probability, or youden or sensitivity:S, chosen on the validation images")
      .value_name("P");
  add_run_options(command, options.checkpoint, options.device);
}

Scorer::Scorer(const ScoringOptions& options) : options_(options) {
  given_threshold(options.threshold);  // before anything is loaded
  members_.push_back(load_member(options.run));
  for (const std::string& folder : options.with) {
    members_.push_back(load_member(folder));
    const std::vector<std::string>& others = members_.back().run.header.classes;
    if (others != classes())
      throw_input_error("{} knows {} and {}, {} knows {} and {}; leave one of them away",
                        shown(options.run), shown(classes()[0]), shown(classes()[1]), shown(folder),
                        shown(others[0]), shown(others[1]));
  }
  threshold_ = find_threshold();
}

bool Scorer::needs_validation() const {
  return options_.calibrated || !given_threshold(options_.threshold);
}

Scorer::Member Scorer::load_member(const std::string& folder) const {
  Member member{.run = load_run(folder, options_.checkpoint, options_.device), .validation = {}};
  if (options_.versions > 1 && options_.augment == "run" &&
      !member.run.config.augmentation.enabled())
    throw_input_error(
        "{} was trained without augmentation, so --tta does not know which versions to make; add "
        "--tta-augment paper",
        shown(folder));
  if (!needs_validation()) return member;
  const std::filesystem::path file = RunFolder::open(folder).predictions();
  if (options_.checkpoint != "best" || !is_there(file))
    throw_input_error(
        "--calibrated and a chosen --threshold need {}, what the best epoch said about the "
        "validation images; {}",
        shown(file),
        options_.checkpoint != "best" ? "leave --checkpoint away"
                                      : "leave these options away, or train the run anew");
  // A kill between the two can leave the predictions of one epoch beside the network of another.
  member.validation = report::read_run(folder).predictions;
  if (!options_.calibrated) return member;
  const auto t = fit_temperature(member.validation->logits, member.validation->labels);
  if (!t)
    throw_input_error(
        "{} has images of one class only, to which no temperature can be fitted; "
        "leave --calibrated away",
        shown(file));
  member.temperature = *t;
  return member;
}

std::vector<double> Scorer::validation_scores() const {
  const Predictions& reference = *members_.front().validation;
  std::vector<double> sum(reference.size(), 0);
  for (const Member& member : members_) {
    // Phantoms are called alike whatever seed drew them.
    if (!member.validation->same_images(reference) ||
        (member.run.config.data.empty() && member.run.config.seed != first().config.seed))
      throw_input_error(
          "the runs were validated on different images, so --threshold {} cannot be chosen for all "
          "of them; give a number",
          options_.threshold);
    const auto scores = scaled_probabilities(member.validation->logits, member.temperature);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += scores[i];
  }
  for (double& score : sum) score /= static_cast<double>(members_.size());
  return sum;
}

double Scorer::find_threshold() const {
  if (const auto given = given_threshold(options_.threshold)) return *given;
  const std::vector<double> scores = validation_scores();
  const std::vector<std::uint8_t>& labels = members_.front().validation->labels;
  const auto chosen = [&]() -> std::optional<double> {
    if (options_.threshold == "youden") {
      const auto point = youden_point(scores, labels);
      return point ? std::optional(point->threshold) : std::nullopt;
    }
    const auto point = point_at_sensitivity(
        scores, labels, number(options_.threshold.substr(kSensitivity.size()), options_.threshold));
    return point ? std::optional(point->threshold) : std::nullopt;
  }();
  if (!chosen)
    throw_input_error(
        "the validation images of {} are of one class only, so no threshold can be chosen; give a "
        "number",
        shown(options_.run));
  return *chosen;
}

std::string Scorer::description() const {
  std::string text;
  for (const Member& m : members_) {
    text +=
        fmt::format("{}{}, {} epoch ({})", text.empty() ? "" : "\nand ",
                    m.run.network->architecture().title, options_.checkpoint, m.run.header.epoch);
    if (options_.calibrated) text += fmt::format(", temperature {:.4f}", m.temperature);
  }
  if (members_.size() > 1) text += "\nmean of their probabilities";
  if (options_.versions > 1)
    text += fmt::format("\nmean over {} versions of each picture", options_.versions);
  return text;
}

bool Scorer::was_fitted_to(std::span<const std::string> names) const {
  return std::ranges::any_of(members_, [&](const Member& m) {
    if (!m.validation) return false;
    std::vector<std::string> known = m.validation->names;
    std::ranges::sort(known);
    return std::ranges::any_of(
        names, [&](const std::string& name) { return std::ranges::binary_search(known, name); });
  });
}

std::vector<double> Scorer::member_scores(const Member& member, std::span<const LabelledFile> files,
                                          bool shows_progress) const {
  const Config& c = member.run.config;
  ProgressBar reading("reading images", "img");
  const ImageSet images = load_images(files, c.image_height, c.image_width, c.interpolation,
                                      resolve_threads(options_.device.threads),
                                      [&](std::int64_t done, std::int64_t total) {
                                        if (shows_progress) reading.update(done, total);
                                      });
  reading.clear();
  ProgressBar scoring("scoring", "img");
  const TestTimeAugmentation augmentation{
      .versions = options_.versions,
      .ranges = options_.augment == "paper" ? paper_augmentation() : c.augmentation,
      .seed = c.seed};
  const auto scores =
      mean_probabilities(*member.run.network, images, c.batch, augmentation, member.temperature,
                         [&](std::int64_t done, std::int64_t total) {
                           if (shows_progress) scoring.update(done, total);
                           return true;
                         });
  scoring.clear();
  return scores;
}

std::vector<double> Scorer::score(std::span<const LabelledFile> files, bool shows_progress) const {
  std::vector<double> sum(files.size(), 0);
  for (const Member& member : members_) {
    const std::vector<double> scores = member_scores(member, files, shows_progress);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += scores[i];
  }
  for (double& score : sum) score /= static_cast<double>(members_.size());
  return sum;
}

}  // namespace nanopneumo
