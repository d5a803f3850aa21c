// The profiler's counters where the textbook gives them.
#include <doctest/doctest.h>

#include <vector>

#include "tests/emulator/toy_device.h"
#include "tests/emulator/toys.h"

namespace nanopneumo::test {

using profiler::AccessKind;
using profiler::KernelProfile;
using profiler::Requests;
using profiler::Space;

namespace {
using Sizes = std::array<std::uint64_t, 5>;
constexpr int kN = 1024;
}  // namespace

TEST_CASE("profiler: a copy takes 4 sectors a request and moves each byte once") {
  const auto device = make_profiled_device(2);
  ToyFloats in(*device, counting(kN)), out(*device, kN);
  profiled::copy(device->stream(), kN, in.data(), out.data());
  CHECK(out.values() == counting(kN));
  const KernelProfile profile = the_profile(*device);
  CHECK(profile.kernel == "copy_kernel");
  CHECK(profile.grid.x == 8);
  CHECK(profile.block.x == 128);
  for (const Requests& requests : {profile.global_loads, profile.global_stores}) {
    CHECK(requests.requests == kN / 32);
    CHECK(requests.transactions == kN / 32 * 4);
    CHECK(requests.ideal_transactions == kN / 32 * 4);
    CHECK(requests.lanes == kN);
    CHECK(requests.bytes == kN * 4);
    CHECK(requests.divergent == 0);
    CHECK(requests.of_size == Sizes{0, 0, kN, 0, 0});
  }
  CHECK(profile.shared_loads.requests + profile.shared_stores.requests == 0);
  CHECK(profile.l2_bytes() == 2 * kN * 4);
  CHECK(profile.dram_bytes() == 2 * kN * 4);
  CHECK(profile.distinct_read_bytes == kN * 4);
  CHECK(profile.distinct_written_bytes == kN * 4);
  CHECK(profile.findings_text() == "");
}

TEST_CASE("profiler: each counter is kept for its line of source") {
  const auto device = make_profiled_device(2);
  ToyFloats in(*device, counting(kN)), out(*device, kN);
  profiled::copy(device->stream(), kN, in.data(), out.data());
  const KernelProfile profile = the_profile(*device);
  REQUIRE(profile.sites.size() == 2);
  CHECK(profile.sites[0].kind == AccessKind::load);
  CHECK(profile.sites[1].kind == AccessKind::store);
  for (const auto& site : profile.sites) {
    CHECK(site.space == Space::global);
    CHECK(site.requests.transactions == kN / 8);
    CHECK(site.source() == "tests/emulator/counted.cu:10 (copy_kernel)");
  }
}

TEST_CASE("profiler: 16 bytes a lane take 16 sectors a request") {
  const auto device = make_profiled_device(2);
  ToyFloats in(*device, counting(kN)), out(*device, kN);
  profiled::copy_by_four(device->stream(), kN, in.data(), out.data());
  CHECK(out.values() == counting(kN));
  const KernelProfile profile = the_profile(*device);
  for (const Requests& requests : {profile.global_loads, profile.global_stores}) {
    CHECK(requests.requests == kN / 128);
    CHECK(requests.transactions_per_request() == 16);
    CHECK(requests.of_size == Sizes{0, 0, 0, 0, kN / 4});
  }
  CHECK(profile.l2_bytes() == 2 * kN * 4);
  CHECK(profile.findings_text() == "");
}

TEST_CASE("profiler: the last warp of a copy that ends early is divergent") {
  const auto device = make_profiled_device(2);
  ToyFloats in(*device, counting(200)), out(*device, 200);
  profiled::copy(device->stream(), 200, in.data(), out.data());
  const KernelProfile profile = the_profile(*device);
  CHECK(profile.global_loads.requests == 7);
  CHECK(profile.global_loads.divergent == 1);
  CHECK(profile.global_loads.lanes == 200);
  CHECK(profile.global_loads.transactions == 25);
  CHECK(profile.findings_text() == "");
}

TEST_CASE("profiler: a strided copy takes up to 32 sectors a request") {
  for (const auto& [stride, sectors] : {std::pair{1, 4}, {2, 8}, {4, 16}, {8, 32}, {16, 32}}) {
    const auto device = make_profiled_device(2);
    const std::size_t n = 128;
    ToyFloats in(*device, counting(n * static_cast<std::size_t>(stride))), out(*device, n);
    profiled::copy_strided(device->stream(), n, stride, in.data(), out.data());
    const KernelProfile profile = the_profile(*device);
    INFO("stride ", stride);
    CHECK(profile.global_loads.transactions_per_request() == sectors);
    CHECK(profile.global_loads.ideal_transactions == 4 * 4);
    CHECK(profile.global_stores.transactions_per_request() == 4);
    CHECK(profile.distinct_read_bytes == n * 4);
    CHECK(profile.distinct_read_sectors == profile.global_loads.transactions);
  }
}

TEST_CASE("profiler: an unaligned start costs one sector more") {
  const auto device = make_profiled_device(2);
  ToyFloats in(*device, counting(33)), out(*device, 32);
  profiled::copy(device->stream(), 32, in.data() + 1, out.data());
  const KernelProfile profile = the_profile(*device);
  CHECK(profile.global_loads.transactions == 5);
  CHECK(profile.global_loads.ideal_transactions == 4);
}

TEST_CASE("profiler: a column of rows of 32 floats is one bank, of 33 floats all banks") {
  const auto device = make_profiled_device(2);
  ToyFloats in(*device, counting(kN)), out(*device, kN);
  for (const bool padded : {false, true}) {
    (padded ? profiled::transpose_33 : profiled::transpose_32)(device->stream(), in.data(),
                                                               out.data());
    const KernelProfile profile = the_profile(*device);
    CHECK(profile.shared_loads.transactions_per_request() == (padded ? 1 : 32));
    CHECK(profile.shared_loads.ideal_transactions == 32);
    CHECK(profile.shared_stores.transactions_per_request() == 1);
    CHECK(profile.static_shared_bytes == 32 * (padded ? 33 : 32) * 4);
    CHECK(profile.dynamic_shared_bytes == 0);
    CHECK(profile.block_barriers == 1);
    CHECK(profile.findings_text() == "");
    CHECK(out.values()[1] == 32);
  }
}

TEST_CASE("profiler: 16 bytes a lane are four wavefronts of shared memory, without a conflict") {
  const auto device = make_profiled_device(2);
  ToyFloats in(*device, counting(128)), out(*device, 128);
  profiled::shared_by_four(device->stream(), in.data(), out.data());
  const KernelProfile profile = the_profile(*device);
  for (const Requests& requests : {profile.shared_loads, profile.shared_stores}) {
    CHECK(requests.requests == 1);
    CHECK(requests.transactions == 4);
    CHECK(requests.ideal_transactions == 4);
  }
  CHECK(profile.findings_text() == "");
}

TEST_CASE("profiler: a sum by a tree in shared memory") {
  const auto device = make_profiled_device(2);
  constexpr int blocks = 5;
  ToyFloats in(*device, std::vector<float>(blocks * 256, 1.0f)), out(*device, blocks);
  profiled::block_sum(device->stream(), blocks, in.data(), out.data());
  CHECK(out.values() == std::vector<float>(blocks, 256.0f));
  const KernelProfile profile = the_profile(*device);
  CHECK(profile.block_barriers == blocks * 8);
  // A level of n threads: two loads and a store for each warp that has some of them. 4 + 2 + 1 full
  // warps, then five levels of less than one.
  CHECK(profile.shared_stores.requests == blocks * (8 + 4 + 2 + 1 + 5));
  CHECK(profile.shared_stores.divergent == blocks * 5);
  CHECK(profile.shared_loads.requests == blocks * (2 * (4 + 2 + 1 + 5) + 1));
  CHECK(profile.shared_loads.transactions == profile.shared_loads.requests);
  CHECK(profile.global_stores.requests == blocks);
  CHECK(profile.findings_text() == "");
}

TEST_CASE("profiler: L2 traffic of a tiled GEMM is M N K (1/BM + 1/BN) elements") {
  const auto device = make_profiled_device(2);
  constexpr int M = 64, N = 48, K = 80, tile = 16;
  ToyFloats A(*device, std::vector<float>(M * K, 1.0f)),
      B(*device, std::vector<float>(K * N, 2.0f)), C(*device, M * N);
  profiled::tiled_gemm(device->stream(), M, N, K, A.data(), B.data(), C.data());
  CHECK(C.values() == std::vector<float>(M * N, 2.0f * K));
  const KernelProfile profile = the_profile(*device);
  CHECK(profile.global_loads.transactions * 32 == 4 * M * N * K * 2 / tile);
  CHECK(profile.l2_bytes() == 4 * (M * N * K * 2 / tile + M * N));
  CHECK(profile.dram_bytes() == 4 * (M * K + K * N + M * N));
  CHECK(profile.findings_text() == "");
}

TEST_CASE("profiler: counters do not depend on host threads or thread order") {
  const auto counters = [](int threads, emulator::ThreadOrder order) {
    const auto device = make_profiled_device(threads, {order, 3});
    ToyFloats in(*device, counting(64 * 256)), out(*device, 64);
    profiled::block_sum(device->stream(), 64, in.data(), out.data());
    const KernelProfile profile = the_profile(*device);
    std::vector<std::uint64_t> numbers{profile.l2_bytes(), profile.dram_bytes(),
                                       profile.shared_loads.transactions,
                                       profile.shared_loads.divergent, profile.findings.size()};
    for (const auto& site : profile.sites) numbers.push_back(site.requests.transactions);
    return numbers;
  };
  const auto expected = counters(1, emulator::ThreadOrder::forward);
  CHECK(expected[0] == 4 * 64 * 256 + 64 * 32);
  CHECK(counters(4, emulator::ThreadOrder::forward) == expected);
  CHECK(counters(2, emulator::ThreadOrder::reverse) == expected);
  CHECK(counters(3, emulator::ThreadOrder::shuffled) == expected);
}

TEST_CASE("profiler: the loads before partial masks are requests of the whole warp") {
  const KernelProfile profile = profile_of(profiled::half_warps);
  CHECK(profile.global_loads.requests == 1);
  CHECK(profile.global_loads.transactions == 4);
  CHECK(profile.warp_operations == 2);
  CHECK(profile.findings_text() == "");
}

TEST_CASE("profiler: atomics are counted apart") {
  for (const int threads : {1, 4}) {  // whatever the host's threads have to try again
    const KernelProfile profile = profile_of(profiled::blocks_count_atomically, threads);
    CHECK(profile.global_atomics.requests == 4);
    CHECK(profile.global_atomics.transactions == 4);
    CHECK(profile.global_atomics.lanes == 4 * 32);
    CHECK(profile.global_loads.requests + profile.global_stores.requests == 0);
    CHECK(profile.distinct_read_bytes == 4);
    CHECK(profile.distinct_written_bytes == 4);
  }
}

}  // namespace nanopneumo::test
