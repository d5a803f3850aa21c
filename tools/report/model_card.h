// A model card: what a model is, how it was made, what it can do and what not (Mitchell et al.,
// "Model Cards for Model Reporting", 2019).
#pragma once

#include <string>

#include "tools/report/sections.h"

namespace nanopneumo::report {

/// Markdown, one part for each group of runs.
std::string model_card(const Report& report);

}  // namespace nanopneumo::report
