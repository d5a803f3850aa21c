// The contract of kernels/kernels.h as a test: the same call on a device and on the reference.
#pragma once

#include <string>
#include <vector>

#include "tests/kernels/call.h"
#include "tests/kernels/case_random.h"
#include "tests/kernels/devices.h"
#include "tests/reference/reference_device.h"

namespace nanopneumo::test {

/// What came out of all the comparisons of one operation.
struct Tally {
  std::string operation;
  long long cases = 0;
  double worst = 0;  ///< largest difference as a share of what is allowed
};

/// The reference device that every case is compared with.
Device& reference_device();

/// What is wrong with `got`, or nothing: damage, outputs missing, NaN or too far from `expected`.
std::string compare(const CallResult& expected, const CallResult& got, Tally& tally);
/// The races, reads of unwritten words and accesses out of bounds of all kernels since the last call,
/// where the device looks for them.
std::string findings(Device& device);
/// Whether all outputs have the same bytes.
bool same_bytes(const CallResult& a, const CallResult& b);

/// Runs `body` with operands in memory of `device`, in the element type that the device works in.
template <class Body>
CallResult run_on(Device& device, int skew, const Body& body) {
  const auto run = [&](auto&& call) {
    body(call);
    return call.finish();
  };
  return device.float_kernels() ? run(Call<float>(device, skew)) : run(Call<double>(device, skew));
}

/// Fails the running test with what is known of the case.
void report_failure(const Tally& tally, const std::string& device, const std::string& what,
                    const std::string& problem);

/// One case of one operation on one device.
class Case {
 public:
  Case(Tally& tally, Device& device, const DeviceUnderTest& entry, int index)
      : random(tally.operation, index),
        index(index),
        tally_(tally),
        device_(device),
        entry_(entry) {}

  CaseRandom random;
  const int index;

  /// Every other case is filled with small whole numbers, for which linear operations must be
  /// exact.
  bool whole_numbers() const { return index % 2 == 1; }
  std::vector<float> values(std::int64_t n) {
    return whole_numbers() ? random.whole_numbers(n) : random.values(n);
  }
  /// No values (a null pointer) where `wanted` is false.
  std::vector<float> values_if(bool wanted, std::int64_t n) {
    return wanted ? values(n) : std::vector<float>();
  }
  /// `tolerance` for a linear operation: nothing is tolerated where the fill is whole numbers.
  Tolerance linear(Tolerance tolerance) const { return whole_numbers() ? kExact : tolerance; }

  /// What a sum of `terms` products of a convolution or a dense layer may be off on this device.
  Tolerance sum_of_products(std::int64_t terms) const {
    return rounding_of_products(terms, entry_.factor_rounding);
  }

  /// The outputs of `body` on the device under test.
  template <class Body>
  CallResult run(const Body& body) {
    return run_on(device_, 0, body);
  }

  /// Compares body's outputs with the reference's, and with those of a second identical call.
  template <class Body>
  void check(const std::string& what, const Body& body) {
    const int skew = index / 2 % 2;
    const CallResult expected = run_on(reference_device(), skew, body);
    const CallResult got = run_on(device_, skew, body);
    std::string problem = compare(expected, got, tally_);
    if (!same_bytes(got, run_on(device_, skew, body))) problem += " a second call gives other bits";
    problem += findings(device_);
    if (!problem.empty()) report_failure(tally_, entry_.label, what, problem);
  }

 private:
  Tally& tally_;
  Device& device_;
  const DeviceUnderTest& entry_;
};

/// Prints the tally of an operation and counts its cases.
void print(const Tally& tally);

/// Whether a device that is tried with one in `one_in` of the cases is tried with this one. The first
/// cases, which hold the awkward sizes, are tried ten times as often; all are with
/// NANOPNEUMO_TEST_ALL=1.
bool is_tried(const std::string& operation, int index, int one_in);

/// Runs `body(Case&)` for cases 0 .. count-1 on every device.
template <class Body>
void conformance(const std::string& operation, int count, const Body& body) {
  Tally tally{.operation = operation};
  for (const DeviceUnderTest& entry : devices_under_test()) {
    if (!entry.has(operation)) continue;
    const std::unique_ptr<Device> device = entry.make();
    for (int index = 0; index < count; ++index) {
      if (!is_tried(operation, index, entry.one_in)) continue;
      Case current(tally, *device, entry, index);
      body(current);
    }
  }
  print(tally);
}

}  // namespace nanopneumo::test
