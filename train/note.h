// A sentence for the user about what does not end the work.
#pragma once

#include <functional>
#include <string>

namespace nanopneumo {

/// Told, in a sentence, what went otherwise than it should but does not end the run.
using Note = std::function<void(const std::string& sentence)>;

}  // namespace nanopneumo
