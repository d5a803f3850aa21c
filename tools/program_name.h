// What the user typed to start the program.
#pragma once

#include <cerrno>
#include <string>

#include "io/file_bytes.h"

namespace nanopneumo {

/// For sentences that name a command to type next.
inline std::string program_name() { return shown(program_invocation_name); }

}  // namespace nanopneumo
