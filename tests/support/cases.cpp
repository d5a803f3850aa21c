#include "tests/support/cases.h"

#include <cstdio>
#include <cstdlib>
#include <random>
#include <set>

namespace nanopneumo::test {
namespace {
long long ran = 0;
long long skipped = 0;
}  // namespace

void count_cases(long long count) { ran += count; }

void skip_cases(long long count, std::string_view reason) {
  skipped += count;
  static std::set<std::string, std::less<>> told;
  if (told.emplace(reason).second)
    std::printf("skipped %lld cases: %.*s\n", count, static_cast<int>(reason.size()),
                reason.data());
}

std::uint64_t test_seed() {
  static const std::uint64_t seed = [] {
    const char* set = std::getenv("NANOPNEUMO_TEST_SEED");
    const std::uint64_t value =
        set && *set ? std::strtoull(set, nullptr, 10) : std::random_device()();
    std::printf("NANOPNEUMO_TEST_SEED=%llu draws the cases (NANOPNEUMO_TEST_ALL=1: all of them)\n",
                static_cast<unsigned long long>(value));
    return value;
  }();
  return seed;
}

bool all_cases() { return std::getenv("NANOPNEUMO_TEST_ALL") != nullptr; }

int one_in() {
  const char* set = std::getenv("NANOPNEUMO_TEST_ONE_IN");
  return set && *set ? std::max(1, std::atoi(set)) : 1;
}

long long cases_ran() { return ran; }
long long cases_skipped() { return skipped; }

std::optional<std::filesystem::path> shared_data(const std::string& relative, long long cases) {
  const char* set = std::getenv("NANOPNEUMO_SHARED");
  const std::filesystem::path path =
      std::filesystem::path(set && *set ? set : NANOPNEUMO_SHARED_DIR) / "data" / relative;
  std::error_code error;
  if (std::filesystem::exists(path, error)) return path;
  skip_cases(cases, "shared/data/" + relative + " is not here");
  return std::nullopt;
}

}  // namespace nanopneumo::test
