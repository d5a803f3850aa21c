#include <doctest/doctest.h>

#include <stdexcept>

#include "kernels/shared_library.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

TEST_CASE("The first library that the loader finds is opened") {
  const SharedLibrary mathematics("mathematics", {"libno-such-thing.so.7", "libm.so.6"});
  CHECK(mathematics.function<double(double)>("cos")(0) == 1);
  count_cases();
}

TEST_CASE("A library or a function that is missing is named, with the loader's reason") {
  for (const char* reason :
       {"mathematics: libno-such-thing.so.7: cannot open", "; libno-such-thing.so: cannot open"})
    CHECK_THROWS_WITH_AS(
        SharedLibrary("mathematics", {"libno-such-thing.so.7", "libno-such-thing.so"}),
        doctest::Contains(reason), std::runtime_error);

  const SharedLibrary mathematics("mathematics", {"libm.so.6"});
  CHECK_THROWS_WITH_AS(mathematics.function<void()>("no_such_function"),
                       "mathematics: there is no function no_such_function", std::runtime_error);
  count_cases(3);
}

}  // namespace
}  // namespace nanopneumo::test
