#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

#include "io/child_process.h"
#include "tests/io/messages.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

void run_in_child(const std::function<void()>& work, ChildLimits limits = {}) {
  const auto silent = [&work] {
    work();
    return std::string();
  };
  text_from_child("some.h5", silent, limits);
}

std::string refusal(const std::function<void()>& work, ChildLimits limits = {}) {
  count_cases();
  return input_error_of([&] { run_in_child(work, limits); });
}

TEST_CASE("results come back through shared memory") {
  const SharedFloats shared(1000);
  const float before = shared.values()[999];
  run_in_child([&] { shared.values()[999] = 7.0f; });
  CHECK(before == 0.0f);
  CHECK(shared.values()[999] == 7.0f);
  CHECK(SharedFloats(0).values().empty());
  count_cases();
}

TEST_CASE("nothing else that the child does is seen") {
  int count = 0;
  run_in_child([&] { ++count; });
  CHECK(count == 0);
  count_cases();
}

TEST_CASE("errors of the child become errors of the parent") {
  CHECK(refusal([] { throw_input_error("some.h5: of no use"); }) == "some.h5: of no use");
  CHECK(contains(refusal([] { throw std::runtime_error("surprise"); }), "failed: surprise"));
  CHECK(contains(refusal([] { throw 1; }), "some.h5: the file is damaged"));
}

TEST_CASE("a child that crashes, ends or never ends is an error that names the file") {
  CHECK(contains(refusal([] { std::raise(SIGSEGV); }), "some.h5: the file is damaged"));
  CHECK(contains(refusal([] { std::raise(SIGFPE); }), "crashed with signal 8"));
  CHECK(contains(refusal([] { ::_exit(0); }), "damaged"));
  const ChildLimits one_second{.cpu_seconds = 1};
  volatile bool forever = true;
  CHECK(contains(refusal(
                     [&] {
                       while (forever) continue;
                     },
                     one_second),
                 "stopped"));
}

TEST_CASE("a child cannot use more memory than it may") {
  const ChildLimits little{.memory_bytes = std::size_t{64} << 20};
  // A mapping of memory, which no optimiser takes away as it may an unused vector.
  const auto use = [](std::size_t bytes) { SharedFloats(bytes / sizeof(float)).values()[0] = 1; };
  CHECK(refusal([&] { use(std::size_t{8} << 20); }, little).empty());
  CHECK(contains(refusal([&] { use(std::size_t{512} << 20); }, little), "damaged"));
}

}  // namespace
}  // namespace nanopneumo::test
