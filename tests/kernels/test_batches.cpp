#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "kernels/cuda/batches.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

TEST_CASE("Work of more than 2^31 items is done in stretches that follow on one another") {
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  struct Work {
    std::int64_t n, items_each;
    std::size_t batches;
  };
  for (const Work& work : {Work{1, 1, 1}, Work{1, kMost, 1}, Work{2, kMost, 2}, Work{kMost, 1, 1},
                           Work{kMost + 1, 1, 2}, Work{70000, 100000, 4}}) {
    std::int64_t next = 0;
    std::size_t batches = 0;
    emulated::in_batches(work.n, work.items_each, [&](std::int64_t first, int count) {
      CHECK(first == next);
      CHECK(count * work.items_each <= kMost);
      next = first + count;
      ++batches;
    });
    CHECK(next == work.n);
    CHECK(batches == work.batches);
    count_cases();
  }
  CHECK_THROWS_AS(emulated::in_batches(1, kMost + 1, [](std::int64_t, int) {}), std::logic_error);
  count_cases();
}

}  // namespace
}  // namespace nanopneumo::test
