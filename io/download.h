// Fetching a file from the network so that it is there whole and verified, or not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "io/file_hash.h"

namespace nanopneumo {

/// A file and what is known of it beforehand.
struct Download {
  std::string url;
  std::filesystem::path target;
  std::optional<Digest> digest;
  std::string signature;  ///< its first bytes: what else arrives is seen at once
  std::string kind;       ///< what has that signature: "an HDF5 file"
  std::int64_t largest;   ///< bytes that are accepted
  std::string remedy;     ///< what the user can do by hand, for the end of a refusal
  /// Looks at the complete file before it gets its name. Throws InputError where it is no good.
  std::function<void(const std::filesystem::path&)> check;
};

/// How long a server is waited for.
struct DownloadPatience {
  int connect_seconds = 20;
  int stall_seconds = 30;
  int tries = 4;                  ///< that bring less than a MiB, before it is given up
  double first_wait_seconds = 1;  ///< between tries, doubled each time
  double longest_wait_seconds = 60;
};

/// Who watches. Each may be empty.
struct DownloadWatch {
  /// Bytes that are there, of how many; 0 where the server does not say.
  std::function<void(std::int64_t done, std::int64_t total)> progress;
  std::function<void(const std::string&)> note;  ///< a line about what is done next
  std::function<bool()> stopped;                 ///< true: end soon, keep what is there
};

enum class DownloadEnd { complete, stopped };

/// Fetches download.url into download.target. What arrives lies in TARGET.part; a part that an earlier
/// call left is continued where the server can and has the same file. Only what fits digest, signature and
/// check is renamed to the target: until then, and after a failure, what was there before stays.
/// Throws InputError where the file cannot be had; what has arrived is kept unless it is wrong.
DownloadEnd fetch_file(const Download& download, const DownloadWatch& watch,
                       const DownloadPatience& patience = {});

/// The URL for a message, without the user and password it may hold.
std::string shown_url(std::string_view url);

}  // namespace nanopneumo
