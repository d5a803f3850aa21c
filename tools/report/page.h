// The report as one HTML page.
#pragma once

#include <string>

#include "tools/report/sections.h"

namespace nanopneumo::report {

/// Reads the runs meant by `paths` (read_runs), takes them together in groups and tests them against one
/// another. Notes are the lines of notes.txt in those of `paths` that are folders of runs, where `reproduce`
/// says which models it left out, and the runs that read_runs leaves out. Throws InputError where
/// a file cannot be read.
Report read_report(std::string title, const std::vector<std::string>& paths, Grouping grouping);

/// A page that refers to nothing outside itself. The same runs give the same bytes.
std::string page(const Report& report);

}  // namespace nanopneumo::report
