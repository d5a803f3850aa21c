// Features of whole data sets, kept on disk from one run to the next.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "io/cache_folder.h"
#include "tensor/shape.h"
#include "train/note.h"

namespace nanopneumo {

/// A folder of safetensors files, features-HASH.safetensors, one for each key. A key is a text that names
/// everything that the values depend on; the whole of it is in the file. What is on disk is not
/// believed: a file that is damaged, or of another key or shape, is passed over with a note, as is a
/// disk that takes no more.
class FeatureCache {
 public:
  /// All files together take at most this much: then those that were not used for longest go.
  static constexpr std::uint64_t kMostBytes = std::uint64_t{2} << 30;

  /// Keeps nothing and finds nothing.
  FeatureCache() = default;
  /// Keeps files in `folder`, which is made when it is wanted. `remedy`: what to do where it cannot be made.
  explicit FeatureCache(std::filesystem::path folder, std::string_view remedy = kOtherCacheFolder)
      : folder_(std::move(folder)), remedy_(remedy) {}

  bool is_on() const { return !folder_.empty(); }
  /// The file of `key`, which need not be there.
  std::filesystem::path file(const std::string& key) const;

  /// What was kept under `key`, in C order.
  std::optional<std::vector<float>> load(const std::string& key, const Shape& shape,
                                         const Note& note) const;
  void save(const std::string& key, const Shape& shape, std::span<const float> values,
            const Note& note) const;

 private:
  std::filesystem::path folder_;
  std::string remedy_;
};

/// The cache that `option` names: a folder, "none", or with "" features/ in the folder of fetched files
/// (io/cache_folder.h), where the environment names one.
FeatureCache make_feature_cache(const std::string& option);

}  // namespace nanopneumo
