// The report as one HTML page.
#pragma once

#include <string>

#include "tools/report/sections.h"

namespace nanopneumo::report {

/// Takes the runs together in groups and tests them against one another. ShapeError without runs.
Report make_report(std::string title, std::vector<RunRecord> runs, Grouping grouping);

/// A page that refers to nothing outside itself. The same runs give the same bytes.
std::string page(const Report& report);

}  // namespace nanopneumo::report
