#include "tools/report/run_record.h"

#include <algorithm>
#include <set>

#include "io/csv.h"
#include "io/file_bytes.h"
#include "io/is_there.h"
#include "tensor/errors.h"
#include "train/checkpoint.h"

namespace nanopneumo::report {
namespace {

namespace fs = std::filesystem;

std::int64_t count(const CsvTable& table, std::size_t row, const char* column) {
  const double value = table.number(row, column);
  if (!(value >= 0 && value <= 1e12)) return 0;
  return static_cast<std::int64_t>(value);
}

std::vector<Epoch> read_log(const fs::path& file) {
  const CsvTable table = CsvTable::read(file);
  std::vector<Epoch> epochs;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    Epoch e{.number = static_cast<int>(count(table, row, "epoch")),
            .loss = table.number(row, "loss"),
            .accuracy = table.number(row, "accuracy"),
            .validation_loss = table.number(row, "val_loss"),
            .validation_accuracy = table.number(row, "val_accuracy"),
            .validation = {.true_positives = count(table, row, "val_tp"),
                           .false_positives = count(table, row, "val_fp"),
                           .true_negatives = count(table, row, "val_tn"),
                           .false_negatives = count(table, row, "val_fn")}};
    if (!table.text(row, "val_auc").empty()) e.validation_auc = table.number(row, "val_auc");
    epochs.push_back(e);
  }
  return epochs;
}

Cost read_timing(const fs::path& file) {
  const CsvTable table = CsvTable::read(file);
  Cost cost;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    cost.training_seconds += table.number(row, "train_seconds");
    cost.validation_seconds += table.number(row, "validation_seconds");
    cost.peak_memory_mib = std::max(cost.peak_memory_mib, count(table, row, "peak_memory_mib"));
  }
  return cost;
}

/// The epoch that the run itself kept as its best; without its checkpoint the one with the highest
/// validation accuracy, of these the one with the lowest loss.
std::size_t find_best(const RunFolder& folder, const std::vector<Epoch>& epochs) {
  if (is_there(folder.best())) {
    const std::int64_t number = Checkpoint(folder.best()).header().epoch;
    const auto kept = std::ranges::find(epochs, number, &Epoch::number);
    if (kept == epochs.end())
      throw_input_error("{} is of epoch {}, which {} does not have; restore the run's files",
                        shown(folder.best()), number, shown(folder.log()));
    return static_cast<std::size_t>(kept - epochs.begin());
  }
  const auto best = std::ranges::max_element(epochs, [](const Epoch& a, const Epoch& b) {
    return a.validation_accuracy < b.validation_accuracy ||
           (a.validation_accuracy == b.validation_accuracy &&
            a.validation_loss > b.validation_loss);
  });
  return static_cast<std::size_t>(best - epochs.begin());
}

/// The scores have to be those of the epoch beside which they are printed, or whose network they are taken for.
void check_predictions(const RunFolder& folder, const RunRecord& run) {
  const std::vector<double> scores = run.predictions->probabilities();
  if (confusion_matrix(scores, run.predictions->labels) != run.best_epoch().validation)
    throw_input_error(
        "{} does not give the counts that {} has for epoch {}; go on with the run, restore its "
        "files, or remove the first",
        shown(folder.predictions()), shown(folder.log()), run.best_epoch().number);
}

std::string name_of(const fs::path& folder) {
  const fs::path full = fs::absolute(folder).lexically_normal();
  return (full.has_filename() ? full : full.parent_path()).filename().string();
}

bool is_run(const fs::path& folder) { return is_there(folder / "config.toml"); }

std::vector<fs::path> runs_below(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    if (is_run(entry->path())) found.push_back(entry->path());
  std::ranges::sort(found);
  return found;
}

}  // namespace

bool RunRecord::on_phantoms() const { return facts ? facts->phantoms : config.data.empty(); }

bool RunRecord::has_random_backbone() const { return config.weights == "none"; }

bool has_epochs(const fs::path& path) {
  const RunFolder folder = RunFolder::open(path);
  return is_there(folder.log()) && CsvTable::read(folder.log()).rows() > 0;
}

RunRecord read_run(const fs::path& path) {
  const RunFolder folder = RunFolder::open(path);
  RunRecord run{.name = name_of(path), .folder = path, .config = read_config(folder.config())};
  if (!is_there(folder.log()))
    throw_input_error(
        "{} has no log.csv: it has not begun to train; start it with --resume or leave it away",
        shown(path));
  run.epochs = read_log(folder.log());
  if (run.epochs.empty())
    throw_input_error("{} has no complete epoch yet; let it train on, or leave it away",
                      shown(path));
  run.best = find_best(folder, run.epochs);
  if (is_there(folder.timing())) run.cost = read_timing(folder.timing());
  run.facts = read_run_facts(folder);
  if (is_there(folder.predictions())) {
    run.predictions = read_predictions(folder.predictions());
    check_predictions(folder, run);
  }
  return run;
}

std::vector<RunRecord> read_runs(const std::vector<std::string>& paths,
                                 std::vector<std::string>& left_out) {
  std::vector<RunRecord> runs;
  std::set<fs::path> taken;
  const auto is_new = [&](const fs::path& folder) {
    std::error_code error;
    if (taken.insert(fs::weakly_canonical(folder, error)).second) return true;
    left_out.push_back(fmt::format("{} was named twice and counts once.", name_of(folder)));
    return false;
  };
  for (const std::string& path : paths) {
    const std::vector<fs::path> below = is_run(path) ? std::vector<fs::path>{} : runs_below(path);
    if (below.empty() && is_new(path)) runs.push_back(read_run(path));
    for (const fs::path& folder : below) {
      if (!is_new(folder)) continue;
      if (has_epochs(folder))
        runs.push_back(read_run(folder));
      else
        left_out.push_back(
            fmt::format("{} was left out: no epoch of it is complete yet.", name_of(folder)));
    }
  }
  if (runs.empty())
    throw_input_error("no run in {} has a complete epoch yet; let one train on", shown(paths[0]));
  return runs;
}

}  // namespace nanopneumo::report
