// What the OpenMP runtime is told by the environment.
#include <doctest/doctest.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "tests/tools/sandbox.h"

namespace nanopneumo::test {
namespace {

/// An environment variable that programs started from here see.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Environment() { ::unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
};

const Arguments kTwoThreads = {"--threads", "2"};

// oneDNN's kernels wait for the number of threads they were made for.
TEST_CASE("OpenMP's environment cannot take threads away from running kernels") {
  const Sandbox sandbox;
  sandbox.succeed(tiny_training("plain", kTwoThreads));
  const std::string expected = sandbox.read("plain/steps.csv");
  for (const auto& [name, value] : {std::pair{"OMP_DYNAMIC", "true"},
                                    {"OMP_NUM_THREADS", "1"},
                                    {"OMP_MAX_ACTIVE_LEVELS", "0"}}) {
    const Environment environment(name, value);
    sandbox.succeed(tiny_training(name, kTwoThreads));
    CHECK(sandbox.read(std::string(name) + "/steps.csv") == expected);
    count_cases();
  }
}

/// Takes an environment variable away from programs started from here.
class NoEnvironment {
 public:
  explicit NoEnvironment(const char* name) : name_(name) {
    if (const char* value = std::getenv(name)) value_ = value;
    ::unsetenv(name);
  }
  ~NoEnvironment() {
    if (value_) ::setenv(name_, value_->c_str(), 1);
  }
  NoEnvironment(const NoEnvironment&) = delete;
  NoEnvironment& operator=(const NoEnvironment&) = delete;

 private:
  const char* name_;
  std::optional<std::string> value_;
};

TEST_CASE("threads wait for a short time unless the environment says how long") {
  const Sandbox sandbox;
  const NoEnvironment no_policy("OMP_WAIT_POLICY"), no_spins("GOMP_SPINCOUNT");
  CHECK(contains(sandbox.succeed({"doctor"}).out, "waiting with GOMP_SPINCOUNT=1000"));
  {
    const Environment environment("OMP_WAIT_POLICY", "active");
    CHECK(contains(sandbox.succeed({"doctor"}).out, "waiting with OMP_WAIT_POLICY=active"));
  }
  {
    const Environment environment("GOMP_SPINCOUNT", "77");
    CHECK(contains(sandbox.succeed({"doctor"}).out, "waiting with GOMP_SPINCOUNT=77"));
  }
  // Arguments, standard input and output, and the exit code are those of the program that was called.
  const Outcome help = sandbox.run({"train", "--no-such option", "a b\nc"});
  CHECK(help.exit_code == 2);
  CHECK(contains(help.err, "--no-such option"));
  count_cases(4);
}

TEST_CASE("more threads than OMP_THREAD_LIMIT allows are refused") {
  const Sandbox sandbox;
  const Environment environment("OMP_THREAD_LIMIT", "1");
  sandbox.refuse(tiny_training("run", kTwoThreads), {"--threads", "OMP_THREAD_LIMIT"});
  count_cases();
}

}  // namespace
}  // namespace nanopneumo::test
