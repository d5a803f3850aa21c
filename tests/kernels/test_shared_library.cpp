#include <doctest/doctest.h>

#include <stdexcept>

#include "kernels/shared_library.h"
#include "tests/io/messages.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

/// What the std::runtime_error of `action` says; empty where it throws none.
template <class Action>
std::string error_of(const Action& action) {
  try {
    action();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("The first library that the loader finds is opened") {
  const SharedLibrary mathematics("mathematics", {"libno-such-thing.so.7", "libm.so.6"});
  CHECK(mathematics.function<double(double)>("cos")(0) == 1);
  count_cases();
}

TEST_CASE("A library or a function that is missing is named, with the loader's reason") {
  const std::string missing = error_of([] {
    SharedLibrary("mathematics", {"libno-such-thing.so.7", "libno-such-thing.so"});
  });
  CHECK(contains(missing, "mathematics: libno-such-thing.so.7: cannot open"));
  CHECK(contains(missing, "; libno-such-thing.so: cannot open"));

  const SharedLibrary mathematics("mathematics", {"libm.so.6"});
  CHECK(error_of([&] { mathematics.function<void()>("no_such_function"); }) ==
        "mathematics: there is no function no_such_function");
  count_cases(2);
}

}  // namespace
}  // namespace nanopneumo::test
