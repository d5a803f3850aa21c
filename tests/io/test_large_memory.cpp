#include <doctest/doctest.h>
#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "io/large_memory.h"
#include "tests/io/messages.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"
#include "tests/support/file_content.h"

namespace nanopneumo::test {
namespace {

/// TMPDIR as a test wants it.
class TemporaryFolderVariable {
 public:
  explicit TemporaryFolderVariable(const std::string& value) {
    if (const char* old = std::getenv("TMPDIR")) old_ = old;
    ::setenv("TMPDIR", value.c_str(), 1);
  }
  TemporaryFolderVariable(const TemporaryFolderVariable&) = delete;
  TemporaryFolderVariable& operator=(const TemporaryFolderVariable&) = delete;
  ~TemporaryFolderVariable() {
    if (old_)
      ::setenv("TMPDIR", old_->c_str(), 1);
    else
      ::unsetenv("TMPDIR");
  }

 private:
  std::optional<std::string> old_;
};

/// Whether some mapping of this process lies in a file whose path holds `part`.
bool maps_file_in(const std::string& part) {
  return file_content("/proc/self/maps").find(part) != std::string::npos;
}

long page_faults() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt + usage.ru_majflt;
}

constexpr std::size_t kBytes = std::size_t{1} << 20;

void check_is_memory(unsigned char* memory) {
  for (std::size_t i = 0; i < kBytes; ++i) REQUIRE(memory[i] == 0);
  for (std::size_t i = 0; i < kBytes; ++i) memory[i] = static_cast<unsigned char>(i * 7);
  for (std::size_t i = 0; i < kBytes; ++i) REQUIRE(memory[i] == static_cast<unsigned char>(i * 7));
}

TEST_CASE("a temporary file that is memory has no name, and is gone when it is given back") {
  const TemporaryFolder folder;
  const TemporaryFolderVariable variable(folder.path());
  void* memory = map_temporary_file(kBytes);
  CHECK(maps_file_in(folder.path()));
  CHECK(std::filesystem::is_empty(folder.path()));
  check_is_memory(static_cast<unsigned char*>(memory));
  unmap_temporary_file(memory, kBytes);
  CHECK_FALSE(maps_file_in(folder.path()));
  count_cases(3);
}

TEST_CASE("where there is no room for a file, the folder and a remedy are named") {
  const TemporaryFolder folder;
  const auto refusal_in = [](const std::filesystem::path& place, std::size_t bytes) {
    const TemporaryFolderVariable variable(place);
    return input_error_of([&] { map_temporary_file(bytes); });
  };
  const std::string missing = refusal_in(folder.path() / "missing", kBytes);
  CHECK(contains(missing, (folder.path() / "missing").string() + " cannot hold the 1 MiB"));
  CHECK(contains(missing, "set TMPDIR"));
  // No disk has so much room.
  CHECK(contains(refusal_in(folder.path(), std::size_t{1} << 60), folder.path().string()));
  CHECK(std::filesystem::is_empty(folder.path()));
  CHECK_FALSE(maps_file_in(folder.path()));
  count_cases(4);
}

TEST_CASE("a large vector touches no page of its file before it is written to") {
  const TemporaryFolder folder;
  const TemporaryFolderVariable variable(folder.path());
  const long before = page_faults();
  const LargeVector<unsigned char> vector(kMostBytesInRam + 1);
  CHECK(page_faults() - before < 1000);
  count_cases();
}

TEST_CASE("only large vectors lie in a file") {
  const TemporaryFolder folder;
  const TemporaryFolderVariable variable(folder.path());
  LargeVector<unsigned char> vector;
  vector.reserve(kMostBytesInRam);
  CHECK_FALSE(maps_file_in(folder.path()));
  vector.reserve(kMostBytesInRam + 1);
  CHECK(maps_file_in(folder.path()));
  vector = {};
  vector.shrink_to_fit();
  CHECK_FALSE(maps_file_in(folder.path()));
  count_cases(3);
}

}  // namespace
}  // namespace nanopneumo::test
