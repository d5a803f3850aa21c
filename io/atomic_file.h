// Files that are there whole or not at all.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>

namespace nanopneumo {

/// Writes `bytes` so that after a crash, a kill or a full disk `path` holds either its old content
/// or all of the new: a temporary file in the same folder is written, fsynced and renamed over
/// `path`, and the folder is fsynced. A symbolic link at `path` stays: all this happens to the file that it
/// leads to. Throws InputError (path, the system's reason, a remedy) where any step fails; `path` is then as it
/// was and the temporary file is gone. Anything at `path` but a regular file is refused.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);
/// The same for content that lies in several places, one after another.
void write_file_atomically(const std::filesystem::path& path,
                           std::span<const std::string_view> parts);

/// Throws what write_file_atomically would where `path` cannot be written now: before long work whose result goes there.
void require_writable(const std::filesystem::path& path);

/// Removes from `folder` (not below it) what writers that were killed left behind. A temporary file
/// that a living process is writing is locked by it, and stays. A folder that is missing or may not
/// be read is no error: there is nothing to sweep.
void remove_stale_temporaries(const std::filesystem::path& folder);

}  // namespace nanopneumo
