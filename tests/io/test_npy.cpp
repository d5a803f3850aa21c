#include <doctest/doctest.h>

#include <cstring>
#include <vector>

#include "io/npy.h"
#include "tensor/errors.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"
#include "tests/support/file_content.h"

namespace nanopneumo::test {
namespace {

std::string written(const Shape& shape, const std::vector<float>& values) {
  const TemporaryFolder folder;
  write_npy(folder.path() / "a.npy", shape, values);
  return file_content(folder.path() / "a.npy");
}

}  // namespace

TEST_CASE("an .npy file is byte for byte what numpy.save writes") {
  // numpy.save of array([[1, -2, 0.5]], '<f4'): magic, version 1.0, header length 118.
  std::string expected("\x93NUMPY\x01\x00\x76\x00", 10);
  expected += "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }";
  expected.resize(127, ' ');
  expected += "\n";
  expected += std::string("\0\0\x80\x3F\0\0\0\xC0\0\0\0\x3F", 12);
  CHECK(written({1, 3}, {1, -2, 0.5f}) == expected);
  count_cases();
}

TEST_CASE("the data of an .npy file begin at a multiple of 64 for any shape") {
  for (const Shape& shape : {Shape{}, Shape{5}, Shape{2, 3, 4, 5, 1}, Shape{0, 7}}) {
    const std::vector<float> values(static_cast<std::size_t>(shape.elements()), 1.0f);
    const std::string bytes = written(shape, values);
    CHECK((bytes.size() - values.size() * 4) % 64 == 0);
    CHECK(bytes.find("'shape': " + shape.str() + ",") != std::string::npos);
    count_cases();
  }
  CHECK_THROWS_AS(written({2, 2}, {1, 2, 3}), ShapeError);
}

}  // namespace nanopneumo::test
