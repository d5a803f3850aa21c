// --plan: by which algorithms the frozen part's convolutions run on the CPU, and the file that keeps them.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "kernels/plan/plan_choices.h"
#include "tensor/device_options.h"
#include "train/note.h"

namespace nanopneumo {

/// A JSON file: {"format": kFormat, "precision": ..., "algorithms": {convolution: algorithm}} and,
/// for the reader, the machine on which they were found.
class PlanFile final : public PlanChoices {
 public:
  /// To be raised where convolutions get other names or choices.
  static constexpr const char* kFormat = "nanopneumo plan 5";

  /// What is measured is kept for this kind of CPU, this build, oneDNN, precision and number of threads in the cache
  /// folder, from where it is read the next time. A damaged file there is measured anew, and a folder that cannot be
  /// written is done without, with a note.
  static std::shared_ptr<PlanFile> measured(const DeviceOptions& options, const Note& note);
  /// `file` alone; a convolution that it has not got is refused. Throws InputError where it is no such file or of
  /// another precision.
  static std::shared_ptr<PlanFile> fixed(const DeviceOptions& options,
                                         const std::filesystem::path& file);

  /// As measured(), but what a run has in `file` comes first where that is of this precision. Throws InputError
  /// where it is no such file.
  static std::shared_ptr<PlanFile> of_run(const DeviceOptions& options, const Note& note,
                                          const std::filesystem::path& file);

  /// Asks `check` before each convolution; what that throws ends the compilation. Nothing is asked where it is empty.
  void stop_by(std::function<void()> check) { check_ = std::move(check); }

  /// Writes what plans have asked for so far to a run's `file`, and from now on what they will.
  void keep_in(const std::filesystem::path& file);

  std::optional<std::string> find(const std::string& convolution,
                                  std::span<const std::string_view> possible) override;
  void add(const std::string& convolution, std::string_view algorithm) override;
  void plan_is_complete() override;

 private:
  using Algorithms = std::map<std::string, std::string>;

  struct Content {
    std::string precision;
    Algorithms algorithms;
  };

  PlanFile(const DeviceOptions& options, Note note) : options_(options), note_(std::move(note)) {}
  /// `remedy`: what to do where it is none; `version_remedy`: where another version has written it.
  static Content read(const std::filesystem::path& file, std::string_view remedy,
                      std::string_view version_remedy);
  void write(const std::filesystem::path& file, const Algorithms& algorithms) const;

  DeviceOptions options_;
  Note note_;
  std::filesystem::path source_, cache_, run_;  ///< the last two are empty where there are none
  Algorithms algorithms_, used_;
  std::function<void()> check_;
  bool is_cached_ = true, is_kept_ = true;
};

/// What options.plan stands for; null for default. `of_run`: the plan.json of a run that goes on or is asked
/// about; where it is there, it takes the place of the file that the run began with.
std::shared_ptr<PlanFile> open_plan(const DeviceOptions& options, const Note& note,
                                    const std::filesystem::path& of_run = {});

}  // namespace nanopneumo
