#include <doctest/doctest.h>

#include "io/file_hash.h"
#include "tests/io/messages.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {

TEST_CASE("digests of the published test vectors") {
  const TemporaryFolder folder;
  const auto empty = folder.file("empty"), abc = folder.file("abc", "abc"),
             million = folder.file("million", std::string(1000000, 'a'));
  // RFC 1321, appendix A.5.
  CHECK(file_hash(empty, Digest::Kind::md5) == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(file_hash(abc, Digest::Kind::md5) == "900150983cd24fb0d6963f7d28e17f72");
  // FIPS 180-2, appendix B.
  CHECK(file_hash(abc, Digest::Kind::sha256) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(file_hash(million, Digest::Kind::sha256) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  count_cases(4);
}

TEST_CASE("digests of what cannot be read") {
  const TemporaryFolder folder;
  for (const std::filesystem::path& path : {folder.path() / "missing", folder.path()})
    CHECK(contains(input_error_of([&] { file_hash(path, Digest::Kind::md5); }), path.string()));
  count_cases(2);
}

}  // namespace nanopneumo::test
