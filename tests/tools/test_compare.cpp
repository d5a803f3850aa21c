// compare: what it prints of two runs.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "tests/tools/report_runs.h"
#include "train/intervals.h"

namespace nanopneumo::test {

TEST_CASE("compare prints figures and tests") {
  const Sandbox sandbox;
  KnownRun{.name = "a", .seed = 1, .predictions = known_predictions(90, 80), .data = "xrays"}.write(
      sandbox);
  KnownRun{.name = "b", .seed = 2, .predictions = known_predictions(90, 71), .data = "xrays"}.write(
      sandbox);
  const std::string out = sandbox.succeed({"compare", "a", "b"}).out;
  for (const std::string& part :
       {std::string("CNN from scratch (a), seed 1"), std::string("CNN from scratch (b), seed 2"),
        fmt::format("{:.4f}", 80.0 / 90), std::string("+0.1000"),
        fmt::format("{:.4g}", mcnemar_exact(9, 0)), std::string("Holm")})
    CHECK_MESSAGE(contains(out, part), part);
  count_cases();
}

}  // namespace nanopneumo::test
