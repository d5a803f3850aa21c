#include "tools/trace_file.h"

#include <fmt/format.h>

#include <exception>

#include "io/atomic_file.h"

namespace nanopneumo {

TraceFile::TraceFile(std::filesystem::path path) : path_(std::move(path)) {
  write_file_atomically(path_, trace_.json());
}

TraceFile::~TraceFile() {
  if (!device_) return;
  detach();
  try {
    write_file_atomically(path_, trace_.json());
  } catch (const std::exception&) {  // there is another error, which ended the work
  }
}

void TraceFile::attach(Device& device) {
  device_ = &device;
  device.set_trace(&trace_);
}

void TraceFile::detach() {
  if (device_) device_->set_trace(nullptr);
  device_ = nullptr;
}

std::string TraceFile::write() {
  detach();
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
