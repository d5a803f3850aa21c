#include "io/cache_folder.h"

#include <cstdlib>
#include <string_view>
#include <system_error>

#include "io/file_bytes.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

namespace fs = std::filesystem;

/// "" where the variable is not set.
std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

fs::path cache_folder() {
  if (const std::string_view own = variable("NANOPNEUMO_HOME"); !own.empty())
    return fs::absolute(own);
  if (const fs::path xdg = variable("XDG_CACHE_HOME"); xdg.is_absolute()) return xdg / "nanopneumo";
  const std::string_view home = variable("HOME");
  if (home.empty())
    throw_input_error(
        "there is no folder for fetched files, as neither NANOPNEUMO_HOME nor HOME is set; set "
        "NANOPNEUMO_HOME to a folder");
  return fs::absolute(home) / ".cache" / "nanopneumo";
}

void make_folders(const fs::path& folder, std::string_view remedy) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw_input_error("the folder {} cannot be made ({}): {}", shown(folder), error.message(),
                      remedy);
}

}  // namespace nanopneumo
