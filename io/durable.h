// The steps that make a written file last, and how their failures are told.
#pragma once

#include <filesystem>
#include <string_view>

#include "io/file_descriptor.h"

namespace nanopneumo {

/// Throws InputError: `path`, the system's reason `error` (an errno) and what helps against it.
[[noreturn]] void refuse_write(const std::filesystem::path& path, int error);

/// Writes all of `bytes` at the file's position. Throws InputError that names `path`.
void write_all(const FileDescriptor& file, const std::filesystem::path& path,
               std::string_view bytes);

/// Brings the content of the file at `path` to the disk. Throws InputError that names `path`.
void sync_file(const std::filesystem::path& path);

/// Brings the names in the folder of `path` to the disk. Throws InputError that names `path`.
void sync_folder_of(const std::filesystem::path& path);

/// Gives the open file at `from` the name `to` (in the same folder) and closes it: content first, then
/// the name, so that a crash in between leaves what was at `to` before. Throws InputError that names `to`.
void rename_durably(FileDescriptor& file, const std::filesystem::path& from,
                    const std::filesystem::path& to);

}  // namespace nanopneumo
