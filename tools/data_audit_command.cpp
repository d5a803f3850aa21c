// nanopneumo data audit DIR
#include <fmt/format.h>

#include <memory>

#include "io/atomic_file.h"
#include "io/file_bytes.h"
#include "tools/data_commands.h"
#include "tools/options.h"
#include "tools/progress_bar.h"
#include "train/data_audit.h"

namespace nanopneumo {
namespace {

struct AuditOptions {
  std::string folder, out;
  int threads = 0;
};

void audit(const AuditOptions& o) {
  if (!o.out.empty()) require_writable(o.out);
  ProgressBar bar("reading images", "img");
  const DataAudit result =
      audit_dataset(o.folder, resolve_threads(o.threads),
                    [&](std::int64_t done, std::int64_t total) { bar.update(done, total); });
  bar.clear();
  fmt::print("{}", audit_text(result));
  if (o.out.empty()) return;
  write_file_atomically(o.out, audit_json(result));
  fmt::print("all figures and names are in {}\n", shown(o.out));
}

}  // namespace

void add_data_audit_command(Command data) {
  const auto o = std::make_shared<AuditOptions>();
  const Command command = data.command(
      "audit", "Look for leaks between parts, duplicates, and shortcuts in a data set");
  command.option("DIR", o->folder, "Folder, laid out as for train").required();
  command.option("--out", o->out, "A JSON file for all figures and names");
  command.option("--threads", o->threads, "CPU threads; 0: all").between(0, 1024);
  command.action([o] { audit(*o); });
}

}  // namespace nanopneumo
