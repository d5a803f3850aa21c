#include "tools/reproduce/plan.h"

#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "io/atomic_file.h"
#include "io/file_bytes.h"
#include "io/is_there.h"
#include "models/registry.h"
#include "tensor/errors.h"
#include "train/run_folder.h"
#include "train/table_reader.h"

namespace nanopneumo {
namespace {

namespace fs = std::filesystem;

toml::table table_of(const std::map<std::string, std::string>& entries) {
  toml::table table;
  for (const auto& [key, value] : entries) table.insert(key, value);
  return table;
}

std::map<std::string, std::string> entries_of(const toml::table& table, const std::string& file) {
  std::map<std::string, std::string> entries;
  for (const auto& [key, node] : table) {
    const auto text = node.value<std::string>();
    if (!text)
      throw_input_error("{}: {} must be a text; restore the file or start anew", file,
                        std::string(key.str()));
    entries[std::string(key.str())] = *text;
  }
  return entries;
}

std::string plan_text(const ReproducePlan& plan) {
  toml::array models;
  for (const std::string& model : plan.models) models.push_back(model);
  std::ostringstream out;
  out << "# nanopneumo " NANOPNEUMO_VERSION ": what nanopneumo reproduce trains here\n"
      << toml::table{{"models", models},
                     {"seeds", plan.seeds},
                     {"weights", table_of(plan.weights)},
                     {"skipped", table_of(plan.skipped)},
                     {"options", toml::parse(to_toml(plan.options))}}
      << '\n';
  return out.str();
}

/// Of a network that has no backbone nothing is fine-tuned, and nothing frozen for the cpu to compute in bfloat16.
void make_fit_for_scratch(Config& config) {
  config.fine_tuning = {};
  if (config.device == "cpu") config.precision = "float32";
}

}  // namespace

std::vector<PlannedRun> ReproducePlan::runs() const {
  std::vector<PlannedRun> planned;
  const bool has_folds = options.protocol.folds > 0;
  for (const std::string& model : models)
    for (int fold = has_folds ? 1 : 0; fold <= options.protocol.folds; ++fold)
      for (int i = 0; i < seeds; ++i) {
        PlannedRun run{.name = model, .config = options};
        run.config.model = model;
        run.config.seed += static_cast<std::uint64_t>(i);
        run.config.protocol.fold = fold;
        const auto file = weights.find(model);
        run.config.weights = file == weights.end() ? "" : file->second;
        if (!find_architecture(model).is_backbone) make_fit_for_scratch(run.config);
        if (has_folds) run.name += fmt::format("-fold{}", fold);
        run.name += fmt::format("-seed{}", run.config.seed);
        run.config.validate();
        planned.push_back(std::move(run));
      }
  return planned;
}

std::vector<std::string> parse_models(const std::string& text) {
  std::vector<std::string> models;
  if (text == "all") {
    for (const Architecture& architecture : architectures()) models.emplace_back(architecture.name);
    return models;
  }
  std::istringstream in(text);
  for (std::string name; std::getline(in, name, ',');) {
    const std::string known(find_architecture(name).name);
    if (std::ranges::find(models, known) != models.end())
      throw_input_error("--models names {} twice; name it once", known);
    models.push_back(known);
  }
  if (models.empty())
    throw_input_error("--models names none; give all, or names such as cnn,mobilenet");
  return models;
}

ReproducePlan ReproduceFolder::read_plan() const {
  const std::string file = plan().string();
  std::error_code error;
  if (!fs::is_regular_file(plan(), error))
    throw_input_error(
        "{} is no folder of nanopneumo reproduce: reproduce.toml is not there; give another one",
        shown(path_));
  std::ifstream in(plan());
  toml::table table;
  try {
    table = toml::parse(in, file);
  } catch (const toml::parse_error& error) {
    throw_input_error("{} is not valid TOML (line {}: {}); restore it or start anew", file,
                      error.source().begin.line, std::string(error.description()));
  }
  ReproducePlan plan;
  TableReader reader(table, file);
  reader.read("seeds", plan.seeds);
  plan.weights = entries_of(reader.sub_table("weights"), file);
  plan.skipped = entries_of(reader.sub_table("skipped"), file);
  const toml::array* models = table["models"].as_array();
  if (!models || plan.seeds < 1) reader.fail("models", "must be a list, and seeds at least 1");
  for (const toml::node& node : *models) {
    const auto name = node.value<std::string>();
    if (!name) reader.fail("models", "must be a list of names");
    plan.models.emplace_back(find_architecture(*name).name);
  }
  std::ostringstream options;
  options << reader.sub_table("options");
  plan.options = parse_config(options.str(), this->plan());
  return plan;
}

FolderLock ReproduceFolder::begin(const ReproducePlan& plan) const {
  if (!is_there(this->plan())) RunFolder::require_unused(path_);
  std::error_code error;
  fs::create_directories(path_, error);
  if (error)
    throw_input_error("{} cannot be made ({}); give another --out", shown(path_), error.message());
  FolderLock lock(path_);
  if (!fs::exists(this->plan(), error)) {
    write_file_atomically(this->plan(), plan_text(plan));
    return lock;
  }
  if (plan_text(read_plan()) != plan_text(plan))
    throw_input_error(
        "{0} holds an experiment with other options; go on with it with --resume {0}, or give "
        "another --out",
        shown(path_));
  remove_stale_temporaries(path_);  // what a killed writer left
  return lock;
}

void ReproduceFolder::write_notes(const ReproducePlan& plan,
                                  const std::vector<std::string>& failures) const {
  std::string lines;
  for (const auto& [model, reason] : plan.skipped)
    lines += fmt::format("{} was left out (--skip-missing): {}\n", find_architecture(model).title,
                         reason);
  for (const std::string& failure : failures) lines += failure + '\n';
  if (!lines.empty()) return write_file_atomically(notes(), lines);
  std::error_code error;
  fs::remove(notes(), error);
  if (error)
    throw_input_error("{} is of before and cannot be removed ({}); remove it", shown(notes()),
                      error.message());
}

}  // namespace nanopneumo
