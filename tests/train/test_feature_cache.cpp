// Features on disk: what was kept is found, and nothing else is believed.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>

#include <chrono>

#include "io/safetensors.h"
#include "tests/io/messages.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"
#include "tests/support/file_content.h"
#include "train/feature_cache.h"

namespace nanopneumo::test {
namespace {

namespace fs = std::filesystem;

const std::vector<float> kValues{1, 2, 3, 4, 5, 6};
const Shape kShape{3, 2};

/// A cache in a folder of its own, and what it said.
struct Kept {
  TemporaryFolder folder;
  FeatureCache cache{folder.path() / "features"};
  std::vector<std::string> notes;
  Note note = [this](const std::string& sentence) { notes.push_back(sentence); };

  void save(const std::string& key) { cache.save(key, kShape, kValues, note); }
  std::optional<std::vector<float>> load(const std::string& key, const Shape& shape = kShape) {
    return cache.load(key, shape, note);
  }
  /// Nothing may be found, and one note say `part`.
  void check_refused(const std::string& key, const std::string& part, const Shape& shape = kShape) {
    notes.clear();
    CHECK_FALSE(load(key, shape));
    REQUIRE(notes.size() == 1);
    CHECK_MESSAGE(contains(notes[0], part), notes[0]);
    CHECK(contains(notes[0], "computed anew"));
    count_cases();
  }
};

TEST_CASE("what was kept is found under its key alone") {
  Kept kept;
  CHECK_FALSE(kept.load("a"));  // not even the folder
  kept.save("a");
  CHECK(kept.load("a") == kValues);
  CHECK_FALSE(kept.load("b"));
  CHECK(kept.notes.empty());
  CHECK(FeatureCache().load("a", kShape, kept.note) == std::nullopt);
  FeatureCache().save("a", kShape, kValues, kept.note);
  CHECK(kept.notes.empty());
  count_cases(5);
}

TEST_CASE("a file that is damaged, foreign or of another shape is passed over") {
  Kept kept;
  kept.save("a");
  const fs::path file = kept.cache.file("a");
  const std::string whole = file_content(file);
  kept.check_refused("a", "another shape", {2, 3});
  kept.check_refused("a", "another shape", {6});

  fs::copy_file(file, kept.cache.file("b"));
  kept.check_refused("b", "holds other features");

  const auto replace = [&](const std::string& content) {
    std::ofstream(file, std::ios::binary) << content;
  };
  for (const std::size_t at : {std::size_t{3}, whole.size() / 2, whole.size() - 3}) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 4);
    replace(flipped);
    kept.check_refused("a", file.filename().string());
  }
  for (const std::string& content : {whole.substr(0, whole.size() - 4), whole + "more",
                                     std::string(), std::string("no safetensors at all")}) {
    replace(content);
    kept.check_refused("a", file.filename().string());
  }
  const std::vector<NamedTensor> tensors{{"features", kShape, kValues}};
  write_safetensors(file, {{"key", "a"}}, tensors);
  kept.check_refused("a", "holds no features");
  fs::remove(file);
  fs::create_directory(file);
  kept.check_refused("a", "is a folder");
  fs::remove(file);
  kept.notes.clear();
  kept.save("a");
  CHECK(kept.load("a") == kValues);
  CHECK(kept.notes.empty());
  count_cases();
}

TEST_CASE("features that cannot be kept are a note, and nothing is left") {
  Kept kept;
  kept.folder.file("features", "a file where the folder should be");
  kept.save("a");
  REQUIRE(kept.notes.size() == 1);
  CHECK(contains(kept.notes[0], "not kept"));
  CHECK_FALSE(kept.load("a"));
  fs::remove(kept.folder.path() / "features");

  // A limit on the size of files fails as a full disk does.
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto old_handler = ::signal(SIGXFSZ, SIG_IGN);
  const rlimit little{100, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &little);
  kept.notes.clear();
  kept.save("a");
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, old_handler);
  REQUIRE(kept.notes.size() == 1);
  CHECK(contains(kept.notes[0], "not kept"));
  CHECK(fs::is_empty(kept.folder.path() / "features"));
  CHECK_FALSE(kept.load("a"));
  count_cases(2);
}

TEST_CASE(
    "where there is too much, what was unused for longest goes, and nothing that is not ours") {
  Kept kept;
  kept.save("old");
  kept.save("used");
  kept.folder.file("features/mine.safetensors", "the user's own");
  const auto now = fs::file_time_type::clock::now();
  for (const char* key : {"old", "used"})
    fs::last_write_time(kept.cache.file(key), now - std::chrono::hours(2));
  fs::last_write_time(kept.folder.path() / "features/mine.safetensors",
                      now - std::chrono::hours(9));
  CHECK(kept.load("used"));  // which counts as use
  // As large as all of the room, but without blocks on the disk.
  const fs::path large = kept.folder.file("features/features-large.safetensors");
  fs::resize_file(large, FeatureCache::kMostBytes - fs::file_size(kept.cache.file("used")) -
                             fs::file_size(kept.cache.file("old")));
  kept.save("new");
  CHECK_FALSE(fs::exists(kept.cache.file("old")));
  CHECK(fs::exists(kept.cache.file("used")));
  CHECK(fs::exists(kept.cache.file("new")));
  CHECK(fs::exists(large));
  CHECK(fs::exists(kept.folder.path() / "features/mine.safetensors"));
  CHECK(kept.notes.empty());
  count_cases();
}

TEST_CASE("which folder an option names") {
  CHECK_FALSE(make_feature_cache("none").is_on());
  CHECK(make_feature_cache("/d").file("k").parent_path() == "/d");
  count_cases(2);
}

}  // namespace
}  // namespace nanopneumo::test
