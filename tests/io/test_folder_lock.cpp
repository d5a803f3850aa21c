// A folder that one process at a time works in.
#include <doctest/doctest.h>

#include <filesystem>
#include <optional>

#include "io/folder_lock.h"
#include "tensor/errors.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {

TEST_CASE("a locked folder is refused until its lock is gone, and holds no other file") {
  const TemporaryFolder folder;
  std::optional<FolderLock> lock(folder.path());
  CHECK_THROWS_WITH_AS(FolderLock{folder.path()}, doctest::Contains("another nanopneumo process"),
                       InputError);
  CHECK(std::filesystem::is_empty(folder.path()));
  lock.reset();
  CHECK_NOTHROW(FolderLock{folder.path()});
  CHECK_THROWS_WITH_AS(FolderLock{folder.path() / "missing"}, doctest::Contains("missing"),
                       InputError);
  count_cases(4);
}

}  // namespace nanopneumo::test
