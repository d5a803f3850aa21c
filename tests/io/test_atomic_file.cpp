#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "io/atomic_file.h"
#include "io/file_bytes.h"
#include "io/file_descriptor.h"
#include "tests/io/messages.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"
#include "tests/support/file_content.h"

namespace nanopneumo::test {
namespace fs = std::filesystem;
namespace {

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

/// Files of this process can grow to `bytes` only, as on a disk that is nearly full.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

}  // namespace

TEST_CASE("an atomic write creates and replaces a file and leaves nothing beside it") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "state.bin";
  write_file_atomically(path, std::string_view("a\0b", 3));
  CHECK(file_content(path) == std::string("a\0b", 3));
  write_file_atomically(path, "");
  CHECK(fs::file_size(path) == 0);
  const std::vector<std::string_view> parts{"one, ", "", "two"};
  write_file_atomically(path, parts);
  CHECK(file_content(path) == "one, two");
  CHECK(entries(folder.path()) == 1);
  count_cases(3);
}

TEST_CASE("an atomic write to a symbolic link writes the file behind it") {
  const TemporaryFolder folder;
  const fs::path file = folder.file("real.bin", "old");
  fs::create_directory(folder.path() / "sub");
  const fs::path link = folder.path() / "sub" / "link.bin";
  fs::create_symlink("../real.bin", link);
  write_file_atomically(link, "new");
  CHECK(fs::is_symlink(link));
  CHECK(file_content(file) == "new");
  const fs::path dangling = folder.path() / "dangling";
  fs::create_symlink("later.bin", dangling);
  write_file_atomically(dangling, "made");
  CHECK(file_content(folder.path() / "later.bin") == "made");
  fs::create_symlink("loop", folder.path() / "loop");
  CHECK(contains(input_error_of([&] { write_file_atomically(folder.path() / "loop", "x"); }),
                 "loop"));
  count_cases(3);
}

TEST_CASE("an atomic write that fails midway leaves the old file and no temporary") {
  const TemporaryFolder folder;
  const fs::path path = folder.file("weights.h5", "old content");
  std::string message;
  {
    const FileSizeLimit limit(4096);
    message = input_error_of([&] { write_file_atomically(path, std::string(100000, 'x')); });
  }
  CHECK(contains(message, "weights.h5 cannot be written (File too large)"));
  CHECK(file_content(path) == "old content");
  CHECK(entries(folder.path()) == 1);
  count_cases();
}

TEST_CASE("an atomic write refuses folders, pipes and missing folders") {
  const TemporaryFolder folder;
  fs::create_directory(folder.path() / "d");
  REQUIRE(::mkfifo((folder.path() / "pipe").c_str(), 0600) == 0);
  CHECK(contains(input_error_of([&] { write_file_atomically(folder.path() / "d", "x"); }),
                 "it is a folder"));
  CHECK(contains(input_error_of([&] { write_file_atomically(folder.path() / "pipe", "x"); }),
                 "no regular file"));
  CHECK(contains(input_error_of([&] { write_file_atomically(folder.path() / "no" / "x", "x"); }),
                 "create its folder first"));
  CHECK(entries(folder.path()) == 2);
  count_cases(3);
}

TEST_CASE("stale temporaries are removed, those of a living writer are not") {
  const TemporaryFolder folder;
  folder.file("kept.txt", "x");
  folder.file(".nanopneumo-tmp-1-0", "left by a killed process");
  const fs::path alive = folder.file(".nanopneumo-tmp-1-1", "being written");
  const FileDescriptor writer(::open(alive.c_str(), O_WRONLY | O_CLOEXEC));
  REQUIRE(::flock(writer.number(), LOCK_EX) == 0);
  remove_stale_temporaries(folder.path());
  CHECK(fs::exists(alive));
  CHECK(fs::exists(folder.path() / "kept.txt"));
  CHECK(entries(folder.path()) == 2);
  remove_stale_temporaries(folder.path() / "missing");
  count_cases(3);
}

TEST_CASE("paths are shown without bytes that could break a terminal") {
  CHECK(shown("plain name.png") == "plain name.png");
  CHECK(shown("r\xC3\xB6ntgen") == "r\xC3\xB6ntgen");
  CHECK(shown("bad\xFF\nname\x1B[2J") == "bad\\xff\\x0aname\\x1b[2J");
  CHECK(shown("\xC2\x9B"
              "2J \xC2\xA0") == "\\xc2\\x9b2J \xC2\xA0");  // CSI is ESC [ in one
  CHECK(shown("\xC0\xAF\xED\xA0\x80\xE2\x82") == "\\xc0\\xaf\\xed\\xa0\\x80\\xe2\\x82");
  count_cases(4);
}

TEST_CASE("reading refuses what is no readable regular file of bounded size") {
  const TemporaryFolder folder;
  const auto message = [&](const fs::path& name) {
    return input_error_of([&] { read_file_bytes(folder.path() / name, 10); });
  };
  folder.file("ten", "0123456789");
  folder.file("eleven", "0123456789x");
  fs::create_directory(folder.path() / "d");
  fs::create_symlink("loop", folder.path() / "loop");
  REQUIRE(::mkfifo((folder.path() / "pipe").c_str(), 0600) == 0);
  CHECK(read_file_bytes(folder.path() / "ten", 10) == "0123456789");
  CHECK(contains(message("eleven"), "give a smaller file"));
  CHECK(contains(message("d"), "is a folder"));
  CHECK(contains(message("missing"), "does not exist"));
  CHECK(contains(message("loop"), "leads in a circle"));
  CHECK(contains(message("pipe"), "not a regular file"));
  count_cases(6);
}

}  // namespace nanopneumo::test
