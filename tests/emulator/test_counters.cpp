// The profiler's counters where the textbook gives them.
#include <doctest/doctest.h>

#include <vector>

#include "tests/emulator/toy_device.h"
#include "tests/emulator/toys.h"

namespace nanopneumo::test {

using profiler::AccessKind;
using profiler::KernelProfile;
using profiler::Requests;
using profiler::SiteProfile;
using profiler::Space;

TEST_CASE("profiler: a copy takes 4 sectors per request and moves each byte once") {
  const auto device = make_profiled_device(2);
  constexpr int n = 1024;
  ToyArray in(*device, counting(n)), out(*device, n);
  profiled::copy(device->stream(), n, in.data(), out.data());
  CHECK(out.values() == counting(n));
  const KernelProfile profile = the_profile(*device);
  CHECK(profile.kernel == "copy_kernel");
  CHECK(profile.grid.x == 8);
  CHECK(profile.block.x == 128);
  for (const Requests& requests : {profile.global_loads, profile.global_stores}) {
    CHECK(requests.requests == n / 32);
    CHECK(requests.transactions == n / 32 * 4);
    CHECK(requests.ideal_transactions == n / 32 * 4);
    CHECK(requests.lanes == n);
    CHECK(requests.bytes == n * 4);
    CHECK(requests.divergent == 0);
    CHECK(requests.of_size == std::array<std::uint64_t, 5>{0, 0, n, 0, 0});
  }
  CHECK(profile.l2_bytes() == 2 * n * 4);
  CHECK(profile.dram_bytes() == 2 * n * 4);
  CHECK(profile.distinct_read_bytes == n * 4);
  CHECK(profile.distinct_written_bytes == n * 4);
  CHECK(profile.findings_text() == "");
  REQUIRE(profile.sites.size() == 2);
}

TEST_CASE("profiler: rows of 32 floats collide, rows of 33 do not") {
  const auto device = make_profiled_device(2);
  ToyArray in(*device, counting(1024)), out(*device, 1024);
  profiled::transpose_32(device->stream(), in.data(), out.data());
  KernelProfile profile = the_profile(*device);
  CHECK(profile.shared_loads.transactions_per_request() == 32);
  CHECK(profile.shared_stores.transactions_per_request() == 1);
  CHECK(profile.findings_text() == "");
  profiled::transpose_33(device->stream(), in.data(), out.data());
  profile = the_profile(*device);
  CHECK(profile.shared_loads.transactions_per_request() == 1);
  CHECK(profile.findings_text() == "");
  profiled::block_sum_without_barrier(device->stream(), 1, in.data(), out.data());
  profile = the_profile(*device);
  CHECK(profile.findings_text() == "");
}

}  // namespace nanopneumo::test
