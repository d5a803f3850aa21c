// The look of the report.
#pragma once

#include <string_view>

namespace nanopneumo::report {

/// CSS for light and dark pages, narrow ones and paper. It refers to nothing outside the page.
std::string_view style_sheet();

}  // namespace nanopneumo::report
