#include "tools/bench/limits.h"

#include <fmt/format.h>

namespace nanopneumo::bench {

using profiler::KernelProfile;
using profiler::Requests;

namespace {

// From which share on a fault is worth a sentence.
constexpr double kUncoalesced = 1.1, kConflicts = 0.02, kDivergent = 0.1, kLowOccupancy = 0.25,
                 kRereading = 1.5;

double excess(const Requests& r) {
  return r.ideal_transactions
             ? static_cast<double>(r.transactions) / static_cast<double>(r.ideal_transactions)
             : 1;
}

Requests all_shared(const KernelProfile& p) {
  Requests all = p.shared_loads;
  all += p.shared_stores;
  return all += p.shared_atomics;
}

Requests all_requests(const KernelProfile& p) {
  Requests all = all_shared(p);
  all += p.global_loads;
  return all += p.global_stores;
}

}  // namespace

std::vector<std::string> limits(const LaunchFacts& launch, const Gpu& gpu) {
  const KernelProfile& p = launch.profile;
  std::vector<std::string> found;
  const auto say = [&]<class... A>(fmt::format_string<A...> text, A&&... arguments) {
    found.push_back(fmt::format(text, std::forward<A>(arguments)...));
  };
  const auto uncoalesced = [&](const Requests& r, const char* what) {
    if (excess(r) > kUncoalesced)
      say("Its {} are not coalesced: {:.1f} sectors a request where {:.1f} would do.", what,
          r.transactions_per_request(),
          static_cast<double>(r.ideal_transactions) / static_cast<double>(r.requests));
  };
  uncoalesced(p.global_loads, "global loads");
  uncoalesced(p.global_stores, "global stores");
  if (const double extra = conflicts(all_shared(p)); extra > kConflicts)
    say("Bank conflicts make its shared memory accesses take {:.2f} times as long as need be.",
        1 + extra);
  const auto blocks = static_cast<double>(p.grid.count());
  if (blocks < gpu.multiprocessors)
    say("It has {} blocks for the {} multiprocessors of the {}: {:.0f} have no work.",
        p.grid.count(), gpu.multiprocessors, gpu.title, gpu.multiprocessors - blocks);
  if (launch.occupancy && launch.occupancy->share < kLowOccupancy)
    say("Its occupancy is {:.0f} % ({} blocks on a multiprocessor), limited by {}: little hides "
        "the latency of memory but the work within a thread.",
        100 * launch.occupancy->share, launch.occupancy->blocks, launch.occupancy->limiter);
  const Requests all = all_requests(p);
  if (const double share =
          all.requests ? static_cast<double>(all.divergent) / static_cast<double>(all.requests) : 0;
      share > kDivergent)
    say("{:.0f} % of its requests are made by less than a whole warp.", 100 * share);
  if (const double rereads =
          p.dram_bytes() ? static_cast<double>(p.l2_bytes()) / static_cast<double>(p.dram_bytes())
                         : 1;
      rereads > kRereading)
    say("It takes each byte {:.1f} times through L2: larger tiles, or a value kept longer, would "
        "save traffic.",
        rereads);
  if (found.empty())
    say("Nothing is wasted: it moves its bytes in full sectors, without conflicts or divergence.");
  return found;
}

std::string bound(const OpCase& op_case, const Gpu& gpu, Precision precision) {
  const double bytes = op_case.compulsory_bytes();
  const Roofline r = roofline(gpu, op_case.flops, bytes, precision);
  return fmt::format("At best it is bound by {}: it needs {:.2f} FLOP for each byte.",
                     r.memory_bound ? "memory" : "arithmetic", op_case.flops / bytes);
}

}  // namespace nanopneumo::bench
