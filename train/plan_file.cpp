#include "train/plan_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "io/atomic_file.h"
#include "io/cache_folder.h"
#include "io/file_bytes.h"
#include "io/is_there.h"
#include "io/json_text.h"
#include "io/xxh64.h"
#include "kernels/cpu/cpu_features.h"
#include "kernels/cpu/onednn_version.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = 1 << 20;
constexpr std::string_view kMeasure = "give --plan measured";

fs::path cache_file(const DeviceOptions& options) {
  const std::string machine = fmt::format("{}, {}, oneDNN {}", cpu::processor_name(),
                                          cpu::compiled_for(), onednn_version());
  return cache_folder() / "plans" /
         fmt::format("{:016x}-{}-{}.json", xxh64(machine), options.precision,
                     resolve_threads(options.threads));
}

}  // namespace

PlanFile::Content PlanFile::read(const fs::path& file, std::string_view remedy,
                                 std::string_view version_remedy) {
  try {
    const auto json = nlohmann::json::parse(read_file_bytes(file, kMostBytes));
    if (json.at("format") != kFormat)
      throw_input_error("{} is not a plan of this version of nanopneumo; {}", shown(file),
                        version_remedy);
    return {json.at("precision"), json.at("algorithms")};
  } catch (const nlohmann::json::exception&) {
    throw_input_error("{} is not a plan that nanopneumo wrote; {}", shown(file), remedy);
  }
}

std::shared_ptr<PlanFile> PlanFile::measured(const DeviceOptions& options, const Note& note) {
  std::shared_ptr<PlanFile> plan(new PlanFile(options, note));
  plan->cache_ = plan->source_ = cache_file(options);
  if (!is_there(plan->cache_)) return plan;
  try {
    plan->algorithms_ = read(plan->cache_, kMeasure, kMeasure).algorithms;
  } catch (const InputError& damaged) {
    note(fmt::format("the algorithms of --plan measured are measured anew: {}", damaged.what()));
  }
  return plan;
}

std::shared_ptr<PlanFile> PlanFile::fixed(const DeviceOptions& options, const fs::path& file) {
  std::shared_ptr<PlanFile> plan(new PlanFile(options, {}));
  Content content = read(file, kMeasure, kMeasure);
  if (content.precision != options.precision)
    throw_input_error("{} is a plan for --precision {}, not {}; give that, or --plan measured",
                      shown(file), shown(content.precision), options.precision);
  plan->source_ = file;
  plan->algorithms_ = std::move(content.algorithms);
  return plan;
}

std::shared_ptr<PlanFile> PlanFile::of_run(const DeviceOptions& options, const Note& note,
                                           const fs::path& file) {
  if (!is_there(file))
    throw_input_error(
        "{} is missing, which says how this run computes its convolutions; bring it back: the run "
        "cannot be repeated or gone on with without it",
        shown(file));
  auto plan = measured(options, note);
  const Content content = read(file, "bring the run's own back",
                               "go on with the version that has written it, or train anew");
  if (content.precision != options.precision) return plan;
  for (const auto& entry : content.algorithms) {
    plan->algorithms_.insert_or_assign(entry.first, entry.second);
    plan->used_.insert(entry);
  }
  return plan;
}

void PlanFile::write(const fs::path& file, const Algorithms& algorithms) const {
  const nlohmann::ordered_json json{{"format", kFormat},
                                    {"precision", options_.precision},
                                    {"machine",
                                     {{"cpu", cpu::processor_name()},
                                      {"compiled_for", cpu::compiled_for()},
                                      {"threads", resolve_threads(options_.threads)},
                                      {"onednn", onednn_version()}}},
                                    {"algorithms", algorithms}};
  write_file_atomically(file, json_text(json));
}

void PlanFile::keep_in(const fs::path& file) {
  run_ = file;
  write(run_, used_);
  is_kept_ = true;
}

std::optional<std::string> PlanFile::find(const std::string& convolution,
                                          std::span<const std::string_view> possible) {
  if (check_) check_();
  const auto found = algorithms_.find(convolution);
  if (found == algorithms_.end()) {
    if (!cache_.empty()) return {};
    throw_input_error(
        "{} says nothing of \"{}\": it is of another network, or of images of another size "
        "or colour; give --plan measured or default",
        shown(source_), convolution);
  }
  if (std::ranges::find(possible, found->second) == possible.end()) {
    if (!cache_.empty()) return {};
    throw_input_error(
        "{} has \"{}\" computed by {}, which cannot compute it; give --plan measured or default",
        shown(source_), convolution, shown(found->second));
  }
  is_kept_ &= !used_.insert(*found).second;
  return found->second;
}

void PlanFile::add(const std::string& convolution, std::string_view algorithm) {
  algorithms_[convolution] = used_[convolution] = algorithm;
  is_cached_ = is_kept_ = false;
}

void PlanFile::plan_is_complete() {
  if (!cache_.empty() && !is_cached_) {
    is_cached_ = true;  // or told that it is not
    try {
      make_folders(cache_.parent_path());
      write(cache_, algorithms_);
    } catch (const InputError& refused) {
      note_(fmt::format("what was measured is not kept for the next run: {}", refused.what()));
    }
  }
  if (run_.empty() || is_kept_) return;
  write(run_, used_);
  is_kept_ = true;
}

std::shared_ptr<PlanFile> open_plan(const DeviceOptions& options, const Note& note,
                                    const fs::path& of_run) {
  options.validate();
  if (options.plan == "default") return nullptr;
  if (!of_run.empty()) return PlanFile::of_run(options, note, of_run);
  return options.plan == "measured" ? PlanFile::measured(options, note)
                                    : PlanFile::fixed(options, options.plan);
}

}  // namespace nanopneumo
