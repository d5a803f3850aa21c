// What standard output leads to.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nanopneumo {

/// Whether it is a terminal on which the cursor can be moved.
bool is_terminal();

struct TerminalSize {
  std::size_t rows = 24, columns = 80;
};
/// 24 x 80 where nobody says, or what is said cannot be.
TerminalSize terminal_size();

/// The beginning of a UTF-8 text that has at most so many characters.
std::string first_characters(std::string_view text, std::size_t count);

}  // namespace nanopneumo
