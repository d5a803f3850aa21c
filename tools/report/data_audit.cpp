// What `data audit` found in the data of a run: RUN/audit.json, or audit.json beside the run.
#include <algorithm>

#include "io/is_there.h"
#include "tools/report/json_view.h"
#include "tools/report/sections.h"

namespace nanopneumo::report {

std::optional<Section> audit_section(const Report& report) {
  std::vector<std::string> audits;
  for (const RunGroup& group : report.groups)
    for (const RunRecord& run : group.runs) {
      std::filesystem::path file = run.folder / "audit.json";
      if (!is_there(file))
        file =
            std::filesystem::absolute(run.folder).lexically_normal().parent_path() / "audit.json";
      if (!is_there(file)) continue;
      std::string html = json_tables("Audit of the data", read_json_object(file));
      // Runs on the same data have the same audit.
      if (std::ranges::find(audits, html) == audits.end()) audits.push_back(std::move(html));
    }
  if (audits.empty()) return std::nullopt;
  std::string body;
  for (const std::string& html : audits) body += html;
  return Section{"audit", "The data, audited", body};
}

}  // namespace nanopneumo::report
