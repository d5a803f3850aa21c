// Where fetched files live.
#pragma once

#include <filesystem>
#include <string_view>

namespace nanopneumo {

/// $NANOPNEUMO_HOME; else $XDG_CACHE_HOME/nanopneumo where that is absolute, as the XDG base directory
/// specification asks; else ~/.cache/nanopneumo. It need not exist. Throws InputError where the
/// environment names none of them.
std::filesystem::path cache_folder();

/// What to do where a folder of the cache cannot be made.
inline constexpr std::string_view kOtherCacheFolder =
    "set NANOPNEUMO_HOME to a folder that you may write to";

/// Makes `folder` and those above it. Throws InputError (path, reason, `remedy`).
void make_folders(const std::filesystem::path& folder, std::string_view remedy = kOtherCacheFolder);

}  // namespace nanopneumo
