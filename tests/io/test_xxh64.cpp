#include <doctest/doctest.h>

#include <string>

#include "io/xxh64.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

TEST_CASE("xxh64 gives the sums that are published") {
  // python-xxhash's README has the last two.
  const std::string words = "Nobody inspects the spammish repetition";
  CHECK(xxh64("") == 0xef46db3751d8e999);
  CHECK(xxh64("a") == 0xd24ec4f1a98c6e5b);
  CHECK(xxh64("abc") == 0x44bc2cf5ad770999);
  CHECK(xxh64(words) == 0xfbcea83c8a378bf1);
  CHECK(xxh64("xxhash", 20141025) == 0xb559b98d844e0635);
  count_cases(5);
}

TEST_CASE("xxh64 sees every byte, and in which order they come") {
  for (std::size_t length = 1; length <= 100; ++length) {
    std::string bytes(length, 'x');
    const std::uint64_t sum = xxh64(bytes);
    CHECK(sum != xxh64(bytes + 'x'));
    for (std::size_t i = 0; i < length; ++i) {
      bytes[i] = 'y';
      CHECK(xxh64(bytes) != sum);
      bytes[i] = 'x';
    }
    count_cases();
  }
  CHECK(xxh64("ab", xxh64("cd")) != xxh64("cd", xxh64("ab")));
  count_cases();
}

TEST_CASE("xxh64 of pieces is that of the whole") {
  std::string bytes;
  for (int i = 0; i < 203; ++i) bytes += static_cast<char>(i * 37);
  for (std::size_t length = 1; length <= 100; ++length) {
    Xxh64 pieces(7);
    for (std::size_t first = 0; first < bytes.size(); first += length)
      pieces.add(bytes.substr(first, length));
    pieces.add("");
    CHECK(pieces.sum() == xxh64(bytes, 7));
    count_cases();
  }
}

}  // namespace
}  // namespace nanopneumo::test
