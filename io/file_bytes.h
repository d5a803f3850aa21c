// Whole files in memory, and how paths are shown to the user.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace nanopneumo {

/// The path as text for a message: bytes that are not valid UTF-8 and control characters appear as
/// \xNN, so that a strange name can neither break a terminal nor a log line.
std::string shown(const std::filesystem::path& path);

bool is_utf8(std::string_view text);

/// The content of a regular file of at most `limit` bytes. Throws InputError for anything else
/// (input_file.h).
std::string read_file_bytes(const std::filesystem::path& path, std::uint64_t limit);

}  // namespace nanopneumo
