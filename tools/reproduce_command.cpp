// nanopneumo reproduce
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>

#include "io/atomic_file.h"
#include "io/file_bytes.h"
#include "io/is_there.h"
#include "models/registry.h"
#include "tools/commands.h"
#include "tools/fine_tuning_options.h"
#include "tools/load_data.h"
#include "tools/print_note.h"
#include "tools/progress_bar.h"
#include "tools/report/model_card.h"
#include "tools/report/page.h"
#include "tools/report/paper.h"
#include "tools/reproduce/look_inside.h"
#include "tools/reproduce/run_progress.h"
#include "tools/reproduce/train_planned.h"
#include "tools/signals.h"
#include "tools/train_options.h"
#include "train/data_audit.h"
#include "train/fine_tuning.h"
#include "train/finite_check.h"
#include "train/plan_file.h"

namespace nanopneumo {
namespace {

namespace fs = std::filesystem;

struct ReproduceCall {
  std::string models = "all", weights_dir, out, resume, config;
  int seeds = 1;
  bool skip_missing = false, dump_config = false;
};

/// The paper's: its augmentation, ten epochs, batches of 32, Adam at 1e-3 (Config's defaults).
Config paper_options() {
  Config config;
  config.augmentation = paper_augmentation();
  return config;
}

/// What all runs share: the paper's options, over them those of --config, over them what was typed.
Config shared_options(const ReproduceCall& call, const std::vector<std::string>& models,
                      const ConfigOptions& options) {
  Config config = options.over(call.config.empty() ? paper_options()
                                                   : read_options(call.config, paper_options()));
  if (config.protocol.fold != 0)
    throw_input_error("reproduce trains every fold; leave --fold away");
  if (!config.weights.empty() && config.weights != "none")
    throw_input_error(
        "--weights {} would be one network's; give --weights-dir FOLDER, or --weights none for "
        "random backbones",
        config.weights);
  if (config.protocol.folds > 0) config.protocol.fold = 1;  // each run has its own
  config.make_paths_absolute();
  config.schedule.settle(config.epochs);
  const auto backbone = std::ranges::find_if(
      models, [](const std::string& model) { return find_architecture(model).is_backbone; });
  if (config.fine_tuning.wanted() && backbone != models.end()) config.model = *backbone;
  config.validate();
  return config;
}

/// The models without weights, with what to do about it. Throws InputError unless they may be left out.
void tell_missing(const ReproducePlan& plan, bool skip) {
  if (plan.skipped.empty()) return;
  std::string titles, commands;
  for (const auto& [model, reason] : plan.skipped) {
    titles += (titles.empty() ? "" : ", ") + std::string(find_architecture(model).title);
    commands += fmt::format("  nanopneumo fetch weights {}\n", model);
  }
  if (skip && !plan.models.empty()) {
    fmt::print("note: left out, since their ImageNet weights are missing: {}\n{}", titles,
               commands);
    return;
  }
  fmt::print("These commands fetch what is missing:\n{}", commands);
  std::fflush(stdout);
  throw_input_error(
      "the ImageNet weights of {} are missing; fetch them, name a folder with --weights-dir, or "
      "leave these models out with --skip-missing",
      titles);
}

ReproducePlan new_plan(const ReproduceCall& call, const ConfigOptions& options) {
  ReproducePlan plan{.models = parse_models(call.models), .seeds = call.seeds, .options = {}};
  plan.options = shared_options(call, plan.models, options);
  settle_weights(plan, call.weights_dir);
  tell_missing(plan, call.skip_missing);
  return plan;
}

void refuse_other_options(Command command) {
  for (const Option option : command.options())
    if (option.given() && option.name() != "--resume")
      throw_input_error("{} cannot be given with --resume; leave it away", option.name());
}

/// Throws InputError where a network lacks what is to be fine-tuned.
void check_fine_tuning(const std::vector<PlannedRun>& runs) {
  std::set<std::string> checked;
  for (const PlannedRun& run : runs) {
    const Config& o = run.config;
    if (!o.fine_tuning.wanted() || !checked.insert(o.model).second) continue;
    Classifier network = build_classifier(find_architecture(o.model), o.image(), o.model_options());
    unfreeze(network.graph, network.features_node, o.fine_tuning);
  }
}

/// Throws InputError where --plan names a file that no run can use, or one network's for several.
void check_plan_file(const ReproducePlan& plan) {
  if (!plan.options.has_plan_file()) return;
  if (plan.models.size() > 1)
    throw_input_error(
        "--plan {} has the algorithms of one network, and there are {}; give --plan measured, or "
        "one of --models",
        shown(plan.options.plan), plan.models.size());
  open_plan(plan.runs().front().config.device_options(), print_note);
}

/// What is wrong with the options, the data or with the folder of a new experiment is said before anything is written.
void check_new(const ReproducePlan& plan, const ReproduceFolder& folder) {
  if (is_there(folder.plan())) return;
  const Config& o = plan.options;
  const std::vector<PlannedRun> runs = plan.runs();
  for (const PlannedRun& run : runs) {
    require_layers_for_bfloat16(run.config);
    run.config.device_options().require_precision();
  }
  check_fine_tuning(runs);
  check_plan_file(plan);
  check_out(folder.path(), o.data);
  if (!o.data.empty())
    split_dataset(o.data, runs.front().config.protocol, o.validation_split,
                  resolve_threads(o.threads));
}

void audit_once(const ReproducePlan& plan, const ReproduceFolder& folder, const StopCheck& check) {
  if (plan.options.data.empty() || is_there(folder.audit())) return;
  ProgressBar bar("auditing the data", "img");
  const DataAudit audit = audit_dataset(plan.options.data, resolve_threads(plan.options.threads),
                                        [&](std::int64_t done, std::int64_t total) {
                                          check();
                                          bar.update(done, total);
                                        });
  bar.clear();
  write_file_atomically(folder.audit(), audit_json(audit));
}

/// Trains what is not complete. A run whose numbers do not stay finite costs the others nothing: what is returned
/// has a sentence about it.
std::vector<std::string> train_all(const std::vector<PlannedRun>& runs,
                                   const ReproduceFolder& folder, RunTable& table,
                                   const SignalWatch& signals) {
  SharedData data;
  std::vector<std::string> failures;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const fs::path path = folder.run(runs[i]);
    if (!is_complete(runs[i], path)) {
      table.row(i).state = "preparing";
      table.erase();
      RunProgress progress(runs[i], table, i);
      try {
        train_planned(runs[i], path, data, progress, signals);
      } catch (const NotFiniteError& error) {
        failures.push_back(fmt::format("{} failed: {}", runs[i].name, error.what()));
        table.row(i).state = "failed";
        table.erase();
        fmt::print("{}\n", failures.back());
        continue;
      }
    }
    table.row(i) = finished_row(runs[i], RunFolder::open(path));
    table.redraw(true);
  }
  return failures;
}

void write_report(const ReproduceFolder& folder, const StopCheck& check) {
  const std::vector<std::string> runs{folder.path().string()};
  check();
  const report::Report report = report::read_report(
      "The paper's experiment, reproduced by nanopneumo", runs, report::Grouping::seeds_together);
  check();
  const std::string page = report::page(report), card = report::model_card(report);
  check();
  write_file_atomically(folder.report(), page);
  write_file_atomically(folder.model_card(), card);
}

void print_paper(const ReproducePlan& plan) {
  std::string figures;
  for (const std::string& model : plan.models)
    if (const auto paper = report::paper_result(model))
      figures +=
          fmt::format("{}{} {:.2f} %", figures.empty() ? "" : ", ", find_architecture(model).title,
                      100.0 * static_cast<double>(paper->right) /
                          static_cast<double>(report::kPaperValidationImages));
  if (!figures.empty() && !plan.options.data.empty())
    fmt::print("the paper, best validation accuracy: {}\n", figures);
}

/// All of the plan, as far as it is not done yet. Gives a sentence about each run that failed. Throws StoppedBySignal
/// where a signal came, and NotFiniteError where every run failed.
std::vector<std::string> carry_out(const ReproducePlan& plan, const ReproduceFolder& folder,
                                   RunTable& table, const SignalWatch& signals) {
  const StopCheck check = signals.check();
  const std::vector<PlannedRun> runs = plan.runs();
  audit_once(plan, folder, check);
  std::vector<std::string> failures = train_all(runs, folder, table, signals);
  table.erase();
  if (failures.size() == runs.size()) throw NotFiniteError(failures.front());
  folder.write_notes(plan, failures);
  look_inside(plan, folder, check);
  write_report(folder, check);
  return failures;
}

void reproduce(const ReproduceCall& call, const ConfigOptions& options) {
  if (!call.resume.empty()) refuse_other_options(options.command());
  const fs::path given = call.resume.empty() ? call.out : call.resume;
  const ReproducePlan plan =
      call.resume.empty() ? new_plan(call, options) : ReproduceFolder(given).read_plan();
  if (call.dump_config) {
    fmt::print("{}", to_toml(plan.options));
    return;
  }
  const std::vector<PlannedRun> runs = plan.runs();
  check_new(plan, ReproduceFolder(given.empty() ? unused_run_path("reproduce") : given));
  const ReproduceFolder folder(given.empty() ? make_unused_run_path("reproduce") : given);
  const FolderLock lock = folder.begin(plan);
  folder.write_notes(plan, {});
  if (plan.options.data.empty())
    fmt::print("No --data: this uses phantoms, synthetic pictures that only resemble X-rays.\n");
  fmt::print("{} runs in {}\n", runs.size(), shown(folder.path()));

  const SignalWatch signals;
  std::vector<RunTable::Row> rows;
  for (const PlannedRun& run : runs)
    rows.push_back({.name = run.name, .state = RunTable::kWaiting});
  RunTable table(std::move(rows));
  std::vector<std::string> failures;
  try {
    failures = carry_out(plan, folder, table, signals);
  } catch (const StoppedBySignal&) {
    table.print();
    fmt::print("stopped; go on with nanopneumo reproduce --resume {}\n", shown(folder.path()));
    throw;
  }
  fmt::print("\n");
  table.print();
  print_paper(plan);
  fmt::print("report: {}\nmodel card: {}\n", shown(folder.report()), shown(folder.model_card()));
  if (!failures.empty())
    throw NotFiniteError(
        fmt::format("{} of {} runs failed, the others are in the report; the first: {}",
                    failures.size(), runs.size(), failures.front()));
}

}  // namespace

void add_reproduce_command(Command app) {
  const auto call = std::make_shared<ReproduceCall>();
  const Command command = app.command(
      "reproduce", "Train the paper's eight models and write the report: the whole experiment");
  const auto options = std::make_shared<ConfigOptions>(command);
  command.option("--models", call->models, "all, or names with commas between");
  command
      .option("--seeds", call->seeds, "How many seeds each model is trained with, from --seed on")
      .between(1, 1000);
  command.option("--weights-dir", call->weights_dir,
                 "Folder with Keras' weight files; default: the fetched ones");
  command.flag("--skip-missing", call->skip_missing,
               "Leave out models whose weights are missing; the report says so");
  command.option(
      "--out", call->out,
      "Folder for everything; default runs/reproduce-N. Given again with the same options, it "
      "goes on there");
  command.option("--resume", call->resume, "Go on with the experiment in this folder");
  command.option("--config", call->config, "Options from a TOML file; typed ones go first");
  command.flag("--dump-config", call->dump_config, "Print all options as such a file, and stop");
  add_training_options(*options);
  add_callback_options(*options);
  add_fine_tuning_options(*options);
  add_augmentation_options(*options);
  command.action([call, options] { reproduce(*call, *options); });
}

}  // namespace nanopneumo
