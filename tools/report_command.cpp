// nanopneumo report RUN... --out report.html
#include <fmt/format.h>

#include <memory>

#include "io/atomic_file.h"
#include "io/file_bytes.h"
#include "io/is_there.h"
#include "tensor/errors.h"
#include "tools/commands.h"
#include "tools/print_note.h"
#include "tools/report/model_card.h"
#include "tools/report/page.h"

namespace nanopneumo {
namespace {

struct ReportOptions {
  std::vector<std::string> runs;
  std::string out = "report.html", model_card, title = "nanopneumo: report";
};

void make_report(const ReportOptions& o) {
  if (!o.model_card.empty() && is_same_file(o.out, o.model_card))
    throw_input_error("--out and --model-card both name {}; give two files", shown(o.out));
  for (const std::string& file : {o.out, o.model_card})
    if (!file.empty()) require_writable(file);
  const report::Report report =
      report::read_report(o.title, o.runs, report::Grouping::seeds_together);
  for (const std::string& note : report.notes) print_note(shown(note));
  write_file_atomically(o.out, report::page(report));
  fmt::print("written to {}\n", o.out);
  if (o.model_card.empty()) return;
  write_file_atomically(o.model_card, report::model_card(report));
  fmt::print("written to {}\n", o.model_card);
}

}  // namespace

void add_report_command(Command app) {
  const auto o = std::make_shared<ReportOptions>();
  const Command command =
      app.command("report", "Put runs into one HTML page: curves, figures with intervals, tests");
  command
      .option("RUN", o->runs,
              "Folders of runs, or of folders of runs; seeds of a model are grouped")
      .required();
  command.option("--out", o->out, "The .html file to write");
  command.option("--model-card", o->model_card, "Write a model card (Markdown), too")
      .without_default();
  command.option("--title", o->title, "Heading of the page");
  command.action([o] { make_report(*o); });
}

}  // namespace nanopneumo
