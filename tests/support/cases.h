// Counting of cases (one comparison of one op at one shape, one fixture, ...) within a test
// program.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace nanopneumo::test {

/// Counts `count` cases that ran.
void count_cases(long long count = 1);
/// Counts `count` cases that could not run, and prints why once per reason.
void skip_cases(long long count, std::string_view reason);
/// Draws which part of a long list of cases this run tries: NANOPNEUMO_TEST_SEED, or another number in
/// each run. It is printed at its first use.
std::uint64_t test_seed();
/// Whether every case is to be tried, not a part: NANOPNEUMO_TEST_ALL=1.
bool all_cases();
/// How many cases a test passes over for each that it runs, plus one: NANOPNEUMO_TEST_ONE_IN (under ptxrun and
/// sanitizers, where each costs more), or 1.
int one_in();
long long cases_ran();
long long cases_skipped();

/// A file or folder below ../shared/data (relative path), or nothing where it is absent; then
/// `cases` cases are counted as skipped. The folder can be set with the environment variable
/// NANOPNEUMO_SHARED.
std::optional<std::filesystem::path> shared_data(const std::string& relative, long long cases = 1);

}  // namespace nanopneumo::test
