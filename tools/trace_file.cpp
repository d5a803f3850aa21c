#include "tools/trace_file.h"

#include <fmt/format.h>

#include "io/atomic_file.h"

namespace nanopneumo {

TraceFile::TraceFile(std::filesystem::path path) : path_(std::move(path)) {
  write_file_atomically(path_, trace_.json());
}

std::string TraceFile::write() const {
  write_file_atomically(path_, trace_.json());
  std::string lines = fmt::format("trace of {} spans: {} (open it in ui.perfetto.dev)\n",
                                  trace_.events(), path_.string());
  if (trace_.left_out() > 0)
    lines += fmt::format(
        "note: {} later spans are not in it; it keeps {}, half of them for single operations\n",
        trace_.left_out(), Trace::kMostEvents);
  return lines;
}

}  // namespace nanopneumo
