#include "train/feature_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "io/atomic_file.h"
#include "io/cache_folder.h"
#include "io/file_bytes.h"
#include "io/safetensors.h"
#include "io/xxh64.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = "features-";
constexpr const char* kFormat = "nanopneumo features 1";
constexpr const char* kTensor = "features";

struct KeptFile {
  fs::path path;
  fs::file_time_type used;
  std::uint64_t bytes;
};

/// The files of this cache in `folder`, those unused for longest first.
std::vector<KeptFile> kept_files(const fs::path& folder) {
  std::vector<KeptFile> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!entry->path().filename().native().starts_with(kPrefix)) continue;
    std::error_code gone;
    const KeptFile file{entry->path(), entry->last_write_time(gone), entry->file_size(gone)};
    if (!gone) files.push_back(file);
  }
  std::ranges::sort(files, {}, &KeptFile::used);
  return files;
}

void make_room(const fs::path& folder, std::uint64_t most_bytes) {
  const std::vector<KeptFile> files = kept_files(folder);
  std::uint64_t total = 0;
  for (const KeptFile& file : files) total += file.bytes;
  for (const KeptFile& file : files) {
    if (total <= most_bytes) return;
    std::error_code error;
    if (fs::remove(file.path, error)) total -= file.bytes;
  }
}

/// What is wrong with the content of a whole file; empty: nothing.
std::string fault(const SafetensorsFile& file, const std::string& key, const Shape& shape) {
  const auto entry = [&](const char* name) {
    const auto found = file.metadata.find(name);
    return found == file.metadata.end() ? std::string() : found->second;
  };
  if (entry("format") != kFormat) return "holds no features";
  if (entry("key") != key) return "holds other features";
  if (file.tensors.size() != 1 || file.tensors[0].name != kTensor || file.tensors[0].shape != shape)
    return "holds features of another shape";
  return "";
}

}  // namespace

fs::path FeatureCache::file(const std::string& key) const {
  return folder_ / fmt::format("{}{:016x}.safetensors", kPrefix, xxh64(key));
}

std::optional<std::vector<float>> FeatureCache::load(const std::string& key, const Shape& shape,
                                                     const Note& note) const {
  const fs::path path = file(key);
  std::error_code error;
  if (!is_on() || !fs::exists(fs::symlink_status(path, error))) return std::nullopt;
  try {
    SafetensorsFile content = read_safetensors(path);
    const std::string wrong = fault(content, key, shape);
    if (wrong.empty()) {
      fs::last_write_time(path, fs::file_time_type::clock::now(), error);
      return std::move(content.tensors[0].values);
    }
    note(fmt::format("{} {}: the features are computed anew", shown(path), wrong));
  } catch (const InputError& damaged) {
    note(fmt::format("the features are computed anew: {}", damaged.what()));
  }
  return std::nullopt;
}

void FeatureCache::save(const std::string& key, const Shape& shape, std::span<const float> values,
                        const Note& note) const {
  if (!is_on()) return;
  try {
    make_folders(folder_, remedy_);
    remove_stale_temporaries(folder_);
    const std::vector<NamedTensor> tensors{{kTensor, shape, values}};
    write_safetensors(file(key), {{"format", kFormat}, {"key", key}}, tensors);
    make_room(folder_, kMostBytes);
  } catch (const InputError& refused) {
    note(fmt::format("the features are not kept for the next run: {}", refused.what()));
  }
}

FeatureCache make_feature_cache(const std::string& option) {
  if (option == "none") return {};
  if (!option.empty())
    return FeatureCache(option, "give --feature-cache a folder that you may write to, or none");
  try {
    return FeatureCache(cache_folder() / "features");
  } catch (const InputError&) {
    return {};  // there is no home: nothing was asked for, so nothing is refused
  }
}

}  // namespace nanopneumo
