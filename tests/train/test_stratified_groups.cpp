// Folds by patient and class.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>

#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "train/stratified_groups.h"

namespace nanopneumo::test {
namespace {

const std::vector<std::string> kClasses{"NORMAL", "PNEUMONIA"};

std::string numbered(const char* name, int number) { return fmt::format("{}{}", name, number); }

struct Items {
  std::vector<std::string> groups;
  std::vector<int> labels;

  void add(const std::string& group, int label, int count = 1) {
    groups.insert(groups.end(), static_cast<std::size_t>(count), group);
    labels.insert(labels.end(), static_cast<std::size_t>(count), label);
  }
};

Items random_items(std::mt19937_64& random, int negatives, int positives, int largest) {
  Items items;
  for (int i = 0; i < negatives + positives; ++i)
    items.add(numbered("p", i), i >= negatives,
              1 + static_cast<int>(random() % static_cast<unsigned>(largest)));
  return items;
}

std::vector<int> folds_of(const Items& items, const std::vector<double>& shares,
                          std::uint64_t seed = 1) {
  return stratified_folds(items.groups, items.labels, shares, seed, kClasses);
}

std::vector<double> equal(int folds) {
  return std::vector<double>(static_cast<std::size_t>(folds), 1.0 / folds);
}

void check_groups_whole(const Items& items, const std::vector<int>& folds) {
  std::map<std::string, std::set<int>> folds_with;
  for (std::size_t i = 0; i < folds.size(); ++i) folds_with[items.groups[i]].insert(folds[i]);
  for (const auto& entry : folds_with) CHECK_MESSAGE(entry.second.size() == 1, entry.first);
}

/// Of each class, every fold has its share to within `slack` items.
void check_shares(const Items& items, const std::vector<int>& folds,
                  const std::vector<double>& shares, double slack) {
  for (int label = 0; label < 2; ++label) {
    const auto total = static_cast<double>(std::ranges::count(items.labels, label));
    for (int fold = 0; fold < static_cast<int>(shares.size()); ++fold) {
      double count = 0;
      for (std::size_t i = 0; i < folds.size(); ++i)
        count += folds[i] == fold && items.labels[i] == label;
      const double wanted = shares[static_cast<std::size_t>(fold)] * total;
      CHECK_MESSAGE(std::abs(count - wanted) <= slack,
                    "class " << label << " fold " << fold << ": " << count << " for " << wanted);
    }
  }
}

}  // namespace

TEST_CASE("groups stay whole and every fold has its share of both classes") {
  std::mt19937_64 random(1);
  for (int round = 0; round < 60; ++round) {
    const Items items = random_items(random, 40 + round, 120 - round, 9);
    const std::vector<double> shares =
        round % 2 ? std::vector<double>{0.2, 0.8} : equal(2 + round % 9);
    const std::vector<int> folds = folds_of(items, shares);
    check_groups_whole(items, folds);
    check_shares(items, folds, shares, 2);
    count_cases();
  }
}

TEST_CASE("patients with pictures of both classes stay whole too") {
  std::mt19937_64 random(2);
  Items items = random_items(random, 30, 60, 4);
  for (int i = 0; i < 30; i += 3) items.add(numbered("p", i), 1, 2);
  const std::vector<int> folds = folds_of(items, equal(5));
  check_groups_whole(items, folds);
  check_shares(items, folds, equal(5), 3);
  count_cases();
}

TEST_CASE("the order of the items does not count, the seed does") {
  std::mt19937_64 random(3);
  const Items items = random_items(random, 50, 150, 5);
  const std::vector<int> folds = folds_of(items, equal(4));
  std::vector<std::size_t> order(items.groups.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (int round = 0; round < 10; ++round) {
    std::ranges::shuffle(order, random);
    Items shuffled;
    for (const std::size_t i : order) shuffled.add(items.groups[i], items.labels[i]);
    const std::vector<int> found = folds_of(shuffled, equal(4));
    for (std::size_t i = 0; i < order.size(); ++i) REQUIRE(found[i] == folds[order[i]]);
    count_cases();
  }
  CHECK(folds_of(items, equal(4), 1) == folds);
  CHECK(folds_of(items, equal(4), 2) != folds);
  count_cases(2);
}

TEST_CASE("folds of different seeds are unrelated") {
  Items items;
  for (int i = 0; i < 2000; ++i) items.add(numbered("person", i), i % 2);
  const std::vector<int> a = folds_of(items, equal(5), 1), b = folds_of(items, equal(5), 2);
  int same = 0;
  for (std::size_t i = 0; i < a.size(); ++i) same += a[i] == b[i];
  CHECK(same > 300);  // 400 +- 18 are expected
  CHECK(same < 500);
  count_cases();
}

TEST_CASE("a class with as many patients as folds is in each of them") {
  for (int patients = 2; patients <= 10; ++patients) {
    Items items;
    for (int i = 0; i < 200; ++i) items.add(numbered("n", i), 0);
    items.add("large", 1, 500);
    for (int i = 1; i < patients; ++i) items.add(numbered("p", i), 1);
    const std::vector<int> folds = folds_of(items, equal(patients));
    check_groups_whole(items, folds);
    std::set<int> with_class;
    for (std::size_t i = 0; i < folds.size(); ++i)
      if (items.labels[i]) with_class.insert(folds[i]);
    CHECK(static_cast<int>(with_class.size()) == patients);
    count_cases();
  }
  Items two;
  for (const char* group : {"a", "b"}) two.add(group, 0);
  for (const char* group : {"c", "d"}) two.add(group, 1);
  const std::vector<int> folds = folds_of(two, {0.01, 0.99});
  CHECK(std::ranges::count(folds, 0) == 2);
  count_cases();
}

TEST_CASE("a class with fewer patients than folds is refused with their number") {
  Items items;
  for (int i = 0; i < 10; ++i) items.add(numbered("n", i), 0);
  items.add("only", 1, 50);
  const std::string error = input_error_of([&] { folds_of(items, {0.2, 0.8}); });
  CHECK(contains(error, "class PNEUMONIA are of 1 patient,"));
  CHECK(contains(error, "fewer --folds"));
  items.add("other", 1, 50);
  CHECK(input_error_of([&] { folds_of(items, {0.2, 0.8}); }).empty());
  CHECK(contains(input_error_of([&] { folds_of(items, equal(3)); }), "of 2 patients"));
  Items one;
  one.add("all", 0, 5);
  one.add("all", 1, 5);
  CHECK(contains(input_error_of([&] { folds_of(one, equal(2)); }), "of 1 patient,"));
  count_cases(4);
}

}  // namespace nanopneumo::test
