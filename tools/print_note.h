// "note: ..." on the terminal.
#pragma once

#include <fmt/core.h>

#include <string>

namespace nanopneumo {

/// A Note (train/note.h) that prints, on a line of its own.
inline void print_note(const std::string& sentence) { fmt::print("note: {}\n", sentence); }

}  // namespace nanopneumo
