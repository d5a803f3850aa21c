// What the figures do not say.
#include <fmt/format.h>

#include "tools/report/limits.h"
#include "tools/report/sections.h"

namespace nanopneumo::report {

std::optional<Section> limits_section(const Report&) {
  std::string list = "<ul>\n";
  for (const std::string_view limit : kLimits) list += fmt::format("<li>{}</li>\n", limit);
  return Section{"limits", "Limits", list + "</ul>\n"};
}

}  // namespace nanopneumo::report
