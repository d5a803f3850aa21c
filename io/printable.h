// Names from files, made fit for messages.
#pragma once

#include <string>
#include <string_view>

namespace nanopneumo {

/// `name` cut after 100 bytes, with control characters and invalid UTF-8 as \xNN: names in a
/// hostile or damaged file can neither move the cursor of a terminal nor fill it.
std::string printable(std::string_view name);

/// Whether a message can hold `name` as it is: printable() changes nothing.
bool is_printable(std::string_view name);

}  // namespace nanopneumo
