// Tables that commands write into documents, so that no figure in them is copied by hand.
#pragma once

#include <filesystem>
#include <string>

namespace nanopneumo::bench {

/// `document` with the lines between "<!-- NAME begin" and "<!-- NAME end" replaced by `section`.
/// Throws InputError where it has no such lines.
std::string with_section(const std::string& document, const std::string& name,
                         const std::string& section);

/// The same for a file. Throws InputError where it cannot be read or written.
void update_section(const std::filesystem::path& file, const std::string& name,
                    const std::string& section);

}  // namespace nanopneumo::bench
