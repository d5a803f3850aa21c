// The program on a GPU, where there is one (or ptxrun).
#include <doctest/doctest.h>

#include <cmath>
#include <sstream>

#include "kernels/cuda/runtime/cuda_status.h"
#include "tests/support/cases.h"
#include "tests/tools/sandbox.h"

namespace nanopneumo::test {
namespace {

/// The loss of the first step in a run's steps.csv.
double first_loss(const Sandbox& sandbox, const std::string& run) {
  std::istringstream in(sandbox.read(run + "/steps.csv"));
  std::string line;
  std::getline(in, line);
  REQUIRE(std::getline(in, line));
  return std::stod(line.substr(line.rfind(',') + 1));
}

TEST_CASE("training on a GPU begins as on the CPU") {
  if (const std::string missing = cuda::status().missing; !missing.empty()) {
    skip_cases(1, missing);
    return;
  }
  const Sandbox sandbox;
  sandbox.succeed(tiny_training("on-cpu", {"--augment", "paper"}));
  sandbox.succeed(tiny_training("on-cuda", {"--augment", "paper", "--device", "cuda"}));
  const double cpu = first_loss(sandbox, "on-cpu"), gpu = first_loss(sandbox, "on-cuda");
  CHECK_MESSAGE(!(std::abs(gpu - cpu) > 1e-5 * std::abs(cpu)), gpu, " instead of ", cpu);
  CHECK(std::isfinite(gpu));
  count_cases();
}

}  // namespace
}  // namespace nanopneumo::test
