// What an operation of the GPU moves between multiprocessors and L2, over all of its launches, as a
// multiple of what it has to: each input read once, each output written once.
#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/emulator/toy_device.h"
#include "tests/kernels/case_random.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {

/// One call of an operation on the profiled device.
class Traffic {
 public:
  explicit Traffic(const std::string& name) : name_(name), random_(name, 0) {}

  const Kernels<float>& ops() { return device_->kernels<float>(); }
  Stream& stream() { return device_->stream(); }
  /// n numbers; `skew` more come before them.
  float* in(std::int64_t n, int skew = 0) {
    arrays_.push_back(
        std::make_unique<ToyArray<float>>(*device_, random_.values(n + skew, 0.25, 1)));
    return arrays_.back()->data() + skew;
  }
  float* out(std::int64_t n, int skew = 0) {
    arrays_.push_back(
        std::make_unique<ToyArray<float>>(*device_, static_cast<std::size_t>(n + skew)));
    return arrays_.back()->data() + skew;
  }

  std::uint8_t* in_bytes(std::int64_t n) { return reinterpret_cast<std::uint8_t*>(in(floats(n))); }
  std::uint8_t* out_bytes(std::int64_t n) {
    return reinterpret_cast<std::uint8_t*>(out(floats(n)));
  }
  /// How many floats n bytes are, rounded up.
  static std::int64_t floats(std::int64_t n) { return (n + 3) / 4; }

  /// No sector is fetched for a part of it only, and check().
  void check_whole_sectors(std::int64_t floats, double most) {
    const std::vector<profiler::KernelProfile> profiles = device_->take_profiles();
    for (const profiler::KernelProfile& profile : profiles)
      for (const profiler::Requests& requests : {profile.global_loads, profile.global_stores})
        CHECK_MESSAGE(requests.transactions == requests.ideal_transactions,
                      name_ << ", " << profile.kernel);
    check(profiles, floats, most);
  }
  /// No faults, and traffic of at most `most` times `floats`.
  void check(std::int64_t floats, double most) { check(device_->take_profiles(), floats, most); }

 private:
  void check(const std::vector<profiler::KernelProfile>& profiles, std::int64_t floats,
             double most) {
    double bytes = 0;
    for (const profiler::KernelProfile& profile : profiles) {
      CHECK_MESSAGE(profile.findings_text() == "", name_ << ", " << profile.kernel);
      bytes += static_cast<double>(profile.l2_bytes());
    }
    const double share = bytes / static_cast<double>(floats * std::int64_t{sizeof(float)});
    fmt::print("{}: {:.3f} of the least traffic, in {} launches\n", name_, share, profiles.size());
    CHECK(share >= 0.99);
    CHECK_MESSAGE(!(share > most), name_);
    count_cases();
  }

  std::string name_;
  CaseRandom random_;
  std::unique_ptr<ProfiledDevice> device_ = make_profiled_device(2);
  std::vector<std::unique_ptr<ToyArray<float>>> arrays_;
};

}  // namespace nanopneumo::test
