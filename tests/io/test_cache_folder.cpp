#include <doctest/doctest.h>

#include "io/cache_folder.h"
#include "tests/io/environment.h"
#include "tests/io/messages.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
TEST_CASE("the folder of fetched files") {
  {
    const Environment all({{"NANOPNEUMO_HOME", "/n"}, {"XDG_CACHE_HOME", "/x"}, {"HOME", "/h"}});
    CHECK(cache_folder() == "/n");
  }
  {
    const Environment xdg({{"NANOPNEUMO_HOME", ""}, {"XDG_CACHE_HOME", "/x"}, {"HOME", "/h"}});
    CHECK(cache_folder() == "/x/nanopneumo");
  }
  {
    // The specification has relative paths ignored.
    const Environment relative(
        {{"NANOPNEUMO_HOME", std::nullopt}, {"XDG_CACHE_HOME", "x"}, {"HOME", "/h"}});
    CHECK(cache_folder() == "/h/.cache/nanopneumo");
  }
  {
    const Environment none({{"NANOPNEUMO_HOME", std::nullopt},
                            {"XDG_CACHE_HOME", std::nullopt},
                            {"HOME", std::nullopt}});
    CHECK(contains(input_error_of([] { cache_folder(); }), "NANOPNEUMO_HOME"));
  }
  count_cases(4);
}

TEST_CASE("a folder that cannot be made") {
  const TemporaryFolder folder;
  const auto file = folder.file("file");
  const std::string message = input_error_of([&] { make_folders(file / "below"); });
  CHECK(contains(message, (file / "below").string()));
  CHECK(contains(message, "NANOPNEUMO_HOME"));
  make_folders(folder.path() / "a" / "b");
  make_folders(folder.path() / "a" / "b");
  CHECK(std::filesystem::is_directory(folder.path() / "a" / "b"));
  count_cases(3);
}

}  // namespace nanopneumo::test
