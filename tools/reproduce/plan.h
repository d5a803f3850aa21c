// What `nanopneumo reproduce` trains.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "io/folder_lock.h"
#include "train/config.h"

namespace nanopneumo {

/// One training among them.
struct PlannedRun {
  std::string name;  ///< of its folder: "mobilenet-seed1", "mobilenet-fold2-seed1"
  Config config;
};

/// The models times the seeds, and times the folds of a cross-validation.
struct ReproducePlan {
  std::vector<std::string> models;  ///< names of the registry, each once
  int seeds = 1;                    ///< options.seed and those that follow it
  /// What all runs share; model, seed, fold and weights are each run's, and only backbones are fine-tuned or frozen in
  /// bfloat16.
  Config options;
  std::map<std::string, std::string> weights{};  ///< of each backbone: a file, or "none"
  std::map<std::string, std::string> skipped{};  ///< models without weights: the reason

  /// All seeds of one model after another. The order of `models`. Throws InputError where the options do
  /// not fit one of them.
  std::vector<PlannedRun> runs() const;
};

/// "all" (the paper's order) or names with commas between. Throws InputError for a name that no model
/// has.
std::vector<std::string> parse_models(const std::string& text);

/// Finds the weights of each backbone in `plan.models`: in `folder` (empty: none was given) under a name
/// that Keras gives them, else the fetched ones. The models that have none go from `models` to `skipped`.
/// options.weights "none" makes all of them random.
void settle_weights(ReproducePlan& plan, const std::string& folder);

/// Files of the folder that `reproduce` fills: reproduce.toml (the plan), a folder for each run, audit.json,
/// notes.txt (what a report has to say of all runs, a line each), report.html and model_card.md.
class ReproduceFolder {
 public:
  explicit ReproduceFolder(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path plan() const { return path_ / "reproduce.toml"; }
  std::filesystem::path audit() const { return path_ / "audit.json"; }
  std::filesystem::path notes() const { return path_ / "notes.txt"; }
  std::filesystem::path phantom() const { return path_ / "phantom.png"; }
  std::filesystem::path report() const { return path_ / "report.html"; }
  std::filesystem::path model_card() const { return path_ / "model_card.md"; }
  std::filesystem::path run(const PlannedRun& run) const { return path_ / run.name; }

  /// Throws InputError where there is no plan, or a damaged one.
  ReproducePlan read_plan() const;
  /// Writes the plan; the same one may be there already. The folder is this process' as long as the result lives.
  /// Throws InputError where the folder holds another plan or something else, cannot be written, or another process is
  /// at work in it.
  [[nodiscard]] FolderLock begin(const ReproducePlan& plan) const;
  /// Writes notes.txt where models were skipped or runs failed, which `failures` says in a sentence each; else
  /// there is none afterwards.
  void write_notes(const ReproducePlan& plan, const std::vector<std::string>& failures) const;

 private:
  std::filesystem::path path_;
};

}  // namespace nanopneumo
