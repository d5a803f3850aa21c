// Features that are kept from one run to the next.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "tests/tools/keras_file.h"
#include "tests/tools/phantom_data.h"

namespace nanopneumo::test {
namespace {

namespace fs = std::filesystem;

struct WithData {
  WithData() {
    put_phantoms(sandbox, "data");
    write_mobilenet_file(sandbox.path("weights.h5"), {.alpha = 0.25});
  }
  Arguments training(const std::string& out, const Arguments& more = {}) const {
    Arguments arguments{"train",   "mobilenet", "--weights",    "weights.h5", "--alpha",  "0.25",
                        "--data",  "data",      "--image-size", "46",         "--epochs", "2",
                        "--batch", "3",         "--threads",    "1",          "--out",    out};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  std::size_t files_in(const std::string& folder) const {
    std::error_code none;
    return static_cast<std::size_t>(std::distance(
        fs::directory_iterator(sandbox.path(folder), none), fs::directory_iterator()));
  }
  void check_same(const std::string& run, const std::string& other) const {
    const bool same = reproducible_files(sandbox, run) == reproducible_files(sandbox, other);
    CHECK_MESSAGE(same, run);
    count_cases();
  }
  Sandbox sandbox;
};

}  // namespace

TEST_CASE("a run with features from disk has the same bytes as one that computed them") {
  const WithData files;
  const Sandbox& sandbox = files.sandbox;
  sandbox.succeed(files.training("none", {"--feature-cache", "none"}));
  CHECK_FALSE(fs::exists(sandbox.path("home")));
  sandbox.succeed(files.training("first"));
  CHECK(files.files_in("home/features") == 2);  // training, validation
  sandbox.succeed(files.training("second"));
  CHECK(files.files_in("home/features") == 2);
  sandbox.succeed(files.training("own", {"--feature-cache", "kept"}));
  CHECK(files.files_in("kept") == 2);
  for (const char* run : {"first", "second", "own"}) files.check_same(run, "none");

  // Augmented images are others in each epoch; the validation's are not.
  sandbox.succeed(files.training("augmented", {"--augment", "paper", "--feature-cache", "kept"}));
  CHECK(files.files_in("kept") == 2);
  Arguments other = files.training("other", {"--feature-cache", "kept"});
  *(std::ranges::find(other, "--batch") + 1) = "4";
  sandbox.succeed(other);
  CHECK(files.files_in("kept") == 4);
  count_cases(6);
}

TEST_CASE("features on disk that are damaged are computed anew, with a note") {
  const WithData files;
  const Sandbox& sandbox = files.sandbox;
  const Arguments kept{"--feature-cache", "kept"};
  sandbox.succeed(files.training("first", kept));
  for (const auto& [name, content] : sandbox.tree("kept"))
    sandbox.write(fs::path("kept") / name, content.substr(0, content.size() / 2));
  const std::string said = sandbox.succeed(files.training("second", kept)).out;
  CHECK(contains(said, "note: the features are computed anew: "));
  files.check_same("second", "first");
  CHECK_FALSE(contains(sandbox.succeed(files.training("third", kept)).out, "computed anew"));
  files.check_same("third", "first");
  count_cases(2);
}

TEST_CASE("a run goes on where features cannot be kept") {
  const WithData files;
  const Sandbox& sandbox = files.sandbox;
  sandbox.write("file", "no folder");
  const std::string said =
      sandbox.succeed(files.training("run", {"--feature-cache", "file/features"})).out;
  CHECK(contains(said, "note: the features are not kept for the next run: "));
  sandbox.succeed(files.training("none", {"--feature-cache", "none"}));
  files.check_same("run", "none");
  count_cases();
}

}  // namespace nanopneumo::test
