// The report as one HTML page.
#pragma once

#include <string>

#include "tools/report/sections.h"

namespace nanopneumo::report {

/// Takes the runs together in groups and tests them against one another. ShapeError without runs.
Report make_report(std::string title, std::vector<RunRecord> runs, Grouping grouping);

/// The lines of notes.txt in those of `paths` that are folders of runs: `reproduce` writes there which
/// models it left out. Throws InputError where one cannot be read.
std::vector<std::string> read_notes(const std::vector<std::string>& paths);

/// A page that refers to nothing outside itself. The same runs give the same bytes.
std::string page(const Report& report);

}  // namespace nanopneumo::report
