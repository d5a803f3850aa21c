// The memory planner: pieces never overlap while both are in use, and little is wasted.
#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "kernels/plan/memory_plan.h"
#include "tests/support/cases.h"
#include "tests/support/largest_use.h"

namespace nanopneumo::test {
namespace {

constexpr std::size_t kUnit = MemoryPlan::kAlignment;

bool meet(const Lifetime& a, const Lifetime& b) { return a.first <= b.last && b.first <= a.last; }

void check_apart(const std::vector<Lifetime>& pieces, const MemoryPlan& plan) {
  REQUIRE(plan.offsets.size() == pieces.size());
  for (std::size_t a = 0; a < pieces.size(); ++a) {
    CHECK(plan.offsets[a] % kUnit == 0);
    CHECK(plan.offsets[a] + pieces[a].bytes <= plan.bytes);
    for (std::size_t b = 0; b < a; ++b)
      if (meet(pieces[a], pieces[b]))
        CHECK((plan.offsets[a] + pieces[a].bytes <= plan.offsets[b] ||
               plan.offsets[b] + pieces[b].bytes <= plan.offsets[a]));
  }
}

/// Puts the pieces down in a given order, each as low as it can lie.
std::size_t size_in_order(const std::vector<Lifetime>& pieces,
                          const std::vector<std::size_t>& order) {
  std::vector<std::size_t> offsets(pieces.size());
  std::size_t bytes = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    const Lifetime& piece = pieces[order[k]];
    std::size_t offset = 0;
    for (bool moved = true; moved;) {
      moved = false;
      for (std::size_t j = 0; j < k; ++j) {
        const Lifetime& other = pieces[order[j]];
        const std::size_t at = offsets[order[j]];
        if (meet(piece, other) && offset < at + other.bytes && at < offset + piece.bytes) {
          offset = at + other.bytes;
          moved = true;
        }
      }
    }
    offsets[order[k]] = offset;
    bytes = std::max(bytes, offset + piece.bytes);
  }
  return bytes;
}

/// The smallest size of all orders: some order gives the best placement there is.
std::size_t best_size(const std::vector<Lifetime>& pieces) {
  std::vector<std::size_t> order(pieces.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::size_t best = size_in_order(pieces, order);
  while (std::ranges::next_permutation(order).found)
    best = std::min(best, size_in_order(pieces, order));
  return best;
}

TEST_CASE("Memory plans of random lifetimes against the best of all orders") {
  std::mt19937_64 random(test_seed());
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  std::size_t planned = 0, best = 0;
  constexpr int kCases = 300;
  for (int i = 0; i < kCases; ++i) {
    std::vector<Lifetime> pieces(static_cast<std::size_t>(1 + below(7)));
    for (Lifetime& piece : pieces) {
      const int first = below(8);
      piece = {kUnit * static_cast<std::size_t>(1 + below(9)), first, first + below(4)};
    }
    const MemoryPlan plan = plan_memory(pieces);
    check_apart(pieces, plan);
    const std::size_t least = best_size(pieces);
    CHECK(plan.bytes >= least);
    CHECK(least >= largest_use(pieces));
    CHECK(2 * plan.bytes <= 3 * least);  // no single plan is far off,
    planned += plan.bytes;
    best += least;
    count_cases();
  }
  CHECK(static_cast<double>(planned) <= 1.03 * static_cast<double>(best));  // and most are the best
}

TEST_CASE("Memory plans of chains and of odd sizes") {
  // Each value is read by the next step alone: two of them are in use at a time.
  std::vector<Lifetime> chain;
  for (int i = 0; i < 50; ++i) chain.push_back({kUnit * 10, i, i + 1});
  CHECK(plan_memory(chain).bytes == 2 * kUnit * 10);
  CHECK(largest_use(chain) == 2 * kUnit * 10);

  // A value that is needed after the last step.
  const std::vector<Lifetime> kept{{kUnit, 3, std::numeric_limits<int>::max()},
                                   {kUnit * 2, 0, 2},
                                   {kUnit, 0, std::numeric_limits<int>::max()}};
  const MemoryPlan of_kept = plan_memory(kept);
  check_apart(kept, of_kept);
  CHECK(of_kept.bytes == 3 * kUnit);

  const std::vector<Lifetime> odd{{1, 0, 3}, {kUnit + 1, 0, 3}, {0, 1, 2}, {kUnit - 1, 4, 4}};
  const MemoryPlan plan = plan_memory(odd);
  check_apart(odd, plan);
  CHECK(plan.bytes == 3 * kUnit);
  CHECK(plan_memory({}).bytes == 0);
  CHECK(largest_use({}) == 0);
  count_cases(4);
}

}  // namespace
}  // namespace nanopneumo::test
