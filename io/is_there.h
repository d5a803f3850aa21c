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

/// Whether both lead to the same file, which need not be there.
inline bool is_same_file(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code error;
  const auto real = [&](const std::filesystem::path& path) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error);
  };
  const std::filesystem::path first = real(a);
  return !first.empty() && first == real(b);
}

}  // namespace nanopneumo
