#include "tools/bench/profile_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "kernels/emulator/profiler/source_of.h"
#include "tensor/errors.h"
#include "tools/bench/kernel_resources.h"

namespace nanopneumo::bench {

using profiler::KernelProfile;
using profiler::Requests;

namespace {

template <class Part>
auto summed(const std::vector<KernelProfile>& launches, const Part& part) {
  auto sum = decltype(part(launches.front())){};
  for (const KernelProfile& launch : launches) sum += part(launch);
  return sum;
}

}  // namespace

double CaseProfile::l2_bytes() const {
  return summed(launches, [](const KernelProfile& l) { return static_cast<double>(l.l2_bytes()); });
}

double CaseProfile::dram_bytes() const {
  return summed(launches,
                [](const KernelProfile& l) { return static_cast<double>(l.dram_bytes()); });
}

std::uint64_t CaseProfile::count(profiler::FindingKind kind) const {
  return summed(launches, [&](const KernelProfile& l) { return l.count(kind); });
}

Requests CaseProfile::global_loads() const {
  return summed(launches, [](const KernelProfile& l) { return l.global_loads; });
}

Requests CaseProfile::global_stores() const {
  return summed(launches, [](const KernelProfile& l) { return l.global_stores; });
}

Requests CaseProfile::shared_loads() const {
  return summed(launches, [](const KernelProfile& l) { return l.shared_loads; });
}

Requests CaseProfile::shared() const {
  return summed(launches, [](const KernelProfile& l) {
    Requests all = l.shared_loads;
    all += l.shared_stores;
    return all += l.shared_atomics;
  });
}

double CaseProfile::divergence() const {
  Requests all = global_loads();
  all += global_stores();
  all += shared();
  return all.requests ? static_cast<double>(all.divergent) / static_cast<double>(all.requests) : 0;
}

void require_profilable(const OpCase& op_case) {
  constexpr double kMost = 0x1p30;
  double bytes = 0;
  for (const Operand& operand : op_case.operands) bytes += static_cast<double>(operand.bytes());
  if (bytes > kMost)
    throw_input_error(
        "{} {} has {:.1f} GiB of operands, the profiler follows 1 GiB; give a smaller shape, batch "
        "or image",
        op_case.op, op_case.shape.str(), bytes / kMost);
}

CaseProfile profile_case(ProfiledDevice& device, const OpCase& op_case, const Outputs& expected) {
  const Buffers buffers(device, op_case);
  device.take_profiles();
  op_case.call(device.kernels<float>(), device.stream(), buffers);
  device.stream().synchronize();
  CaseProfile profile{.launches = device.take_profiles()};
  if (const std::string wrong = difference(op_case, expected, outputs_of(op_case, buffers));
      !wrong.empty())
    throw std::logic_error(
        fmt::format("{} {} is wrong: {}", op_case.op, op_case.shape.str(), wrong));
  return profile;
}

std::string instance_name(const KernelProfile& launch) {
  const std::string base = launch.kernel.substr(0, launch.kernel.find('<'));
  std::string any;
  for (const profiler::SiteProfile& site : launch.sites) {
    const std::string name = kernel_name(profiler::function_of(site.pc));
    const std::string function = name.substr(0, name.find('<'));
    if (function == base) return name;
    if (any.empty() && function.ends_with("_kernel")) any = name;
  }
  return any.empty() ? launch.kernel : any;
}

double conflict_free_wavefronts(const Requests& shared) {
  const auto lanes = [&](std::size_t i) { return static_cast<double>(shared.of_size[i]); };
  const double by_size = (lanes(0) + lanes(1) + lanes(2) + 2 * lanes(3) + 4 * lanes(4)) / 32;
  return std::max({by_size, static_cast<double>(shared.requests),
                   static_cast<double>(shared.ideal_transactions)});
}

double conflicts(const Requests& shared) {
  if (!shared.requests) return 0;
  return static_cast<double>(shared.transactions) / conflict_free_wavefronts(shared) - 1;
}

}  // namespace nanopneumo::bench
