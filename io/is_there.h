// Whether there is a file or folder.
#pragma once

#include <filesystem>

namespace nanopneumo {

/// Follows symbolic links. Where the system does not say (an unreadable folder above, a name that is too long), there
/// is none: whoever then goes on to open or make it has the sentence for that.
inline bool is_there(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

}  // namespace nanopneumo
