#include "tests/kernels/conformance.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "tests/kernels/shapes.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

/// |got - expected| as a share of `allowed`; 0 where both are the same (infinity, NaN), infinite
/// where only one is NaN.
double share_of_allowed(double expected, double got, double allowed) {
  if (expected == got || (std::isnan(expected) && std::isnan(got))) return 0;
  const double share = std::abs(got - expected) / allowed;
  return std::isnan(share) ? std::numeric_limits<double>::infinity() : share;
}

std::string compare(const std::string& name, const Output& expected, const Output& got,
                    Tally& tally) {
  if (expected.values.size() != got.values.size()) return " " + name + " has another size";
  double largest = 0;
  for (const double value : expected.values)
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  const double allowed = expected.tolerance.relative * largest + expected.tolerance.absolute;
  double worst = 0;
  std::size_t where = 0;
  for (std::size_t i = 0; i < expected.values.size(); ++i) {
    const double share = share_of_allowed(expected.values[i], got.values[i], allowed);
    if (!(share <= worst)) {
      worst = share;
      where = i;
    }
  }
  tally.worst = std::max(tally.worst, worst);
  if (worst <= 1) return "";
  return fmt::format(" {}[{}] of {} is {:.9g} instead of {:.9g} (allowed: {:.3g})", name, where,
                     expected.values.size(), got.values[where], expected.values[where], allowed);
}

}  // namespace

Device& reference_device() {
  static const std::unique_ptr<Device> device = make_reference_device();
  return *device;
}

std::string compare(const CallResult& expected, const CallResult& got, Tally& tally) {
  ++tally.cases;
  std::string problem = got.damage;
  if (!expected.damage.empty()) problem += " the reference:" + expected.damage;
  if (expected.outputs.empty()) problem += " nothing to compare";
  for (const auto& [name, output] : expected.outputs)
    problem += compare(name, output, got.outputs.at(name), tally);
  return problem;
}

std::string findings(Device& device) {
  auto* profiled = dynamic_cast<ProfiledDevice*>(&device);
  if (!profiled) return "";
  std::string text;
  for (const profiler::KernelProfile& profile : profiled->take_profiles())
    text += profile.findings_text();
  return text;
}

bool same_bytes(const CallResult& a, const CallResult& b) {
  return std::equal(a.outputs.begin(), a.outputs.end(), b.outputs.begin(), b.outputs.end(),
                    [](const auto& x, const auto& y) {
                      return x.first == y.first && x.second.bytes == y.second.bytes;
                    });
}

bool is_tried(const std::string& operation, int index, int one_in) {
  constexpr int kAwkward = 60;
  if (index < kAwkward) one_in = std::max(1, one_in / 10);
  if (one_in == 1 || all_cases()) return true;
  const int draw = static_cast<int>(test_seed() & 0xFFFF) * kCases + index;
  return CaseRandom("which cases of " + operation, draw).integer(1, one_in) == 1;
}

void report_failure(const Tally& tally, const std::string& device, const std::string& what,
                    const std::string& problem) {
  const std::string message = tally.operation + " on " + device + ", " + what + ":" + problem;
  FAIL_CHECK(message);
}

void print(const Tally& tally) {
  std::printf("%s: %lld cases, largest difference %.3g of what is allowed\n",
              tally.operation.c_str(), tally.cases, tally.worst);
  CHECK(tally.cases > 0);
  count_cases(tally.cases);
}

}  // namespace nanopneumo::test
