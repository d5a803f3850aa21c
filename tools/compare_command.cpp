// nanopneumo compare RUN RUN...
#include <fmt/format.h>

#include <memory>

#include "io/atomic_file.h"
#include "io/file_bytes.h"
#include "tensor/errors.h"
#include "tools/bench/table.h"
#include "tools/commands.h"
#include "tools/print_note.h"
#include "tools/report/evaluation.h"
#include "tools/report/page.h"

namespace nanopneumo {
namespace {

struct CompareOptions {
  std::vector<std::string> runs;
  std::string out;
};

std::string share(const report::Estimate& e) {
  if (!e.value) return "undefined";
  std::string text = fmt::format("{:.4f}", *e.value);
  if (e.interval) text += fmt::format(" ({:.4f} - {:.4f})", e.interval->low, e.interval->high);
  return text;
}

void print_runs(const report::Report& report) {
  bench::Table table({"run", "epoch", "accuracy", "AUC", "sensitivity", "specificity"});
  for (const report::RunGroup& group : report.groups) {
    const report::RunRecord& run = group.first();
    const report::Evaluation e = report::evaluate(run);
    table.add({fmt::format("{}, seed {}", group.title, run.config.seed),
               std::to_string(run.best_epoch().number), share(e.accuracy), share(e.auc),
               share(e.sensitivity), share(e.specificity)});
  }
  fmt::print("{}\n", table.text());
}

void print_pairs(const report::Comparisons& comparisons) {
  bench::Table table({"pair", "accuracy", "McNemar p", "adjusted", "AUC", "DeLong p", "adjusted"});
  for (const report::PairedComparison& pair : comparisons.pairs)
    table.add({fmt::format("{} - {}", pair.first, pair.second),
               fmt::format("{:+.4f}", pair.accuracy_difference),
               fmt::format("{:.4g}", pair.mcnemar), fmt::format("{:.4g}", pair.mcnemar_adjusted),
               pair.auc ? fmt::format("{:+.4f}", pair.auc->difference) : "undefined",
               pair.auc ? fmt::format("{:.4g}", pair.auc->p_value) : "undefined",
               pair.auc_adjusted ? fmt::format("{:.4g}", *pair.auc_adjusted) : "undefined"});
  if (!comparisons.pairs.empty())
    fmt::print("{}\nadjusted: by Holm's method over all pairs\n", table.text());
  for (const std::string& reason : comparisons.left_out) print_note(reason);
}

void compare(const CompareOptions& o) {
  if (!o.out.empty()) require_writable(o.out);
  const report::Report report = report::read_report("nanopneumo: comparison of runs", o.runs,
                                                    report::Grouping::each_run_alone);
  if (report.groups.size() < 2)
    throw_input_error("compare needs two runs, not only {}; give another one", shown(o.runs[0]));
  for (const std::string& note : report.notes) print_note(shown(note));
  print_runs(report);
  print_pairs(report.comparisons);
  if (o.out.empty()) return;
  write_file_atomically(o.out, report::page(report));
  fmt::print("written to {}\n", o.out);
}

}  // namespace

void add_compare_command(Command app) {
  const auto o = std::make_shared<CompareOptions>();
  const Command command =
      app.command("compare", "Test runs against one another, each on its own (also two seeds)");
  command.option("RUN", o->runs, "Folders of two runs or more, or of folders of runs").required();
  command.option("--out", o->out, "Write the report's page about them, too").without_default();
  command.action([o] { compare(*o); });
}

}  // namespace nanopneumo
