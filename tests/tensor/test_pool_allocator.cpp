#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <thread>
#include <vector>

#include "tensor/pool_allocator.h"
#include "tests/kernels/case_random.h"
#include "tests/support/cases.h"
#include "tests/tensor/no_more_memory.h"

namespace nanopneumo::test {
namespace {

constexpr std::size_t kLine = Allocator::kAlignment;

/// What a block of `bytes` takes of a segment: whole lines, and one between neighbours.
std::size_t footprint(std::size_t bytes) { return (bytes + kLine - 1) / kLine * kLine + kLine; }

/// A system with `limit` bytes of memory that keeps book of what it gave.
struct LimitedSystem {
  std::size_t limit, given = 0;
  int takes = 0, returns = 0;

  PoolAllocator::Source source() {
    return {.take = [this](std::size_t bytes) -> void* {
              if (bytes > limit - given) return nullptr;
              given += bytes;
              ++takes;
              return host_memory_source().take(bytes);
            },
            .give_back =
                [this](void* memory, std::size_t bytes) {
                  given -= bytes;
                  ++returns;
                  host_memory_source().give_back(memory, bytes);
                }};
  }
};

TEST_CASE("Blocks are aligned and apart, also those of no bytes") {
  PoolAllocator pool(host_memory_source(), 1 << 16);
  std::vector<std::pair<char*, std::size_t>> blocks;
  for (const std::size_t bytes : {0, 1, 63, 64, 65, 1000, 4096, 0, 100000}) {
    auto* memory = static_cast<char*>(pool.allocate(bytes));
    CHECK(reinterpret_cast<std::uintptr_t>(memory) % kLine == 0);
    std::memset(memory, static_cast<int>(blocks.size()), bytes);
    blocks.emplace_back(memory, bytes);
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto [memory, bytes] = blocks[i];
    CHECK(std::count(memory, memory + bytes, static_cast<char>(i)) ==
          static_cast<std::ptrdiff_t>(bytes));
    pool.release(memory, bytes);
  }
  CHECK(pool.statistics().in_use == 0);
  count_cases(static_cast<long long>(blocks.size()));
}

TEST_CASE("The smallest gap that is large enough is used") {
  PoolAllocator pool(host_memory_source(), 1 << 16);
  void* large = pool.allocate(1024);
  void* wall = pool.allocate(64);
  void* small = pool.allocate(256);
  void* other_wall = pool.allocate(64);
  pool.release(large, 1024);
  pool.release(small, 256);
  CHECK(pool.allocate(200) == small);  // the gap of 1024 comes first in memory, but 256 is enough
  CHECK(pool.allocate(1024) == large);
  pool.release(small, 200);
  pool.release(large, 1024);
  pool.release(wall, 64);
  pool.release(other_wall, 64);
  count_cases(2);
}

TEST_CASE("Free neighbours grow together, whatever the order in which they are released") {
  for (int order = 0; order < 6; ++order) {
    const std::size_t whole = 3 * footprint(64);
    LimitedSystem system{.limit = whole};
    PoolAllocator pool(system.source(), whole);
    void* blocks[] = {pool.allocate(64), pool.allocate(64), pool.allocate(64)};
    const int permutations[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                    {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (const int i : permutations[order]) pool.release(blocks[i], 64);
    void* all = pool.allocate(whole - kLine);  // fits only if the three are one again
    CHECK(all == blocks[0]);
    CHECK(system.takes == 1);
    pool.release(all, whole - kLine);
    count_cases();
  }
}

TEST_CASE("Neighbouring segments never become one range") {
  // Two segments out of one array: they touch, yet each has to be given back on its own.
  alignas(kLine) static std::byte memory[2 * 1024];
  std::vector<std::pair<void*, std::size_t>> returned;
  std::size_t next = 0;
  {
    PoolAllocator pool(
        {.take = [&](std::size_t bytes) -> void* {
           if (next + bytes > sizeof memory) return nullptr;
           next += bytes;
           return memory + next - bytes;
         },
         .give_back = [&](void* start, std::size_t bytes) { returned.emplace_back(start, bytes); }},
        1024);
    void* a = pool.allocate(1024 - kLine);
    void* b = pool.allocate(1024 - kLine);
    pool.release(a, 1024 - kLine);
    pool.release(b, 1024 - kLine);
    CHECK_THROWS_AS((void)pool.allocate(1500), std::bad_alloc);
  }
  REQUIRE(returned.size() == 2);
  for (const auto& [start, bytes] : returned) CHECK(bytes == 1024);
  count_cases(2);
}

TEST_CASE("The second identical round asks the system for nothing") {
  PoolAllocator pool(host_memory_source(), 1 << 14);
  std::uint64_t calls_after_first = 0;
  for (int round = 0; round < 3; ++round) {
    CaseRandom random("pool round", 0);
    std::vector<std::pair<void*, std::size_t>> live;
    for (int i = 0; i < 500; ++i) {
      if (live.size() > 20 && random.coin()) {
        const auto which =
            static_cast<std::size_t>(random.integer(0, static_cast<int>(live.size()) - 1));
        pool.release(live[which].first, live[which].second);
        live.erase(live.begin() + static_cast<std::ptrdiff_t>(which));
      } else {
        const auto bytes = static_cast<std::size_t>(random.integer(0, 5000));
        live.emplace_back(pool.allocate(bytes), bytes);
      }
    }
    for (const auto& [memory, bytes] : live) pool.release(memory, bytes);
    CHECK(pool.statistics().in_use == 0);
    if (round == 0) calls_after_first = pool.statistics().system_calls;
    CHECK(pool.statistics().system_calls == calls_after_first);
  }
  CHECK(calls_after_first > 1);
  count_cases(3);
}

TEST_CASE("Statistics: in use, the peak, reserved, system calls") {
  LimitedSystem system{.limit = 1 << 20};
  {
    PoolAllocator pool(system.source(), 4096);
    CHECK(pool.statistics().reserved == 0);
    void* a = pool.allocate(100);
    void* b = pool.allocate(1000);
    CHECK(pool.statistics().in_use == footprint(100) + footprint(1000));
    pool.release(a, 100);
    CHECK(pool.statistics().in_use == footprint(1000));
    CHECK(pool.statistics().peak_in_use == footprint(100) + footprint(1000));
    void* c = pool.allocate(10000);  // larger than a segment: gets one of its own
    CHECK(pool.statistics().reserved == 4096 + footprint(10000));
    CHECK(pool.statistics().reserved == system.given);
    CHECK(pool.statistics().system_calls == 2);
    CHECK(pool.statistics().peak_in_use == footprint(1000) + footprint(10000));
    pool.release(b, 1000);
    pool.release(c, 10000);
    CHECK(pool.statistics().in_use == 0);
    CHECK(pool.statistics().reserved == system.given);
  }
  CHECK(system.given == 0);
  CHECK(system.takes == system.returns);
  count_cases(10);
}

TEST_CASE("Where the system has no more, unused segments go back and it is tried again") {
  LimitedSystem system{.limit = 10000};
  PoolAllocator pool(system.source(), 4096);
  void* kept = pool.allocate(100);
  void* a = pool.allocate(4000);
  pool.release(a, 4000);
  CHECK(system.given == 2 * 4096);
  void* large = pool.allocate(5000);  // 4096 + footprint(5000) fit into 10000 without a's segment
  CHECK(system.returns == 1);
  CHECK(pool.statistics().reserved == system.given);

  SUBCASE("bad_alloc leaves everything usable") {
    const MemoryStatistics before = pool.statistics();
    CHECK_THROWS_AS((void)pool.allocate(6000), std::bad_alloc);
    CHECK(pool.statistics().in_use == before.in_use);
    CHECK(pool.statistics().system_calls == before.system_calls);
    void* small = pool.allocate(500);  // out of the first segment
    pool.release(small, 500);
  }
  SUBCASE("a segment smaller than usual is taken where no usual one is left") {
    system.limit = system.given + footprint(3900);
    void* last = pool.allocate(3900);
    CHECK(system.given == system.limit);
    CHECK(pool.statistics().reserved == system.given);
    pool.release(last, 3900);
  }
  pool.release(kept, 100);
  pool.release(large, 5000);
  count_cases(2);
}

TEST_CASE("Blocks are released where there is no memory left, not even for a list's node") {
  PoolAllocator pool(host_memory_source(), 1 << 16);
  void* blocks[] = {pool.allocate(64), pool.allocate(64), pool.allocate(64), pool.allocate(64)};
  {
    const NoMoreMemory none;
    for (const int i : {0, 2, 1, 3}) pool.release(blocks[i], 64);  // alone, and beside free ones
  }
  CHECK(pool.statistics().in_use == 0);
  CHECK(pool.allocate(4 * footprint(64) - kLine) == blocks[0]);
  pool.release(blocks[0], 4 * footprint(64) - kLine);
  count_cases(2);
}

TEST_CASE("Where there is no memory for the pool's own lists nothing changes") {
  if (!NoMoreMemory::is_possible()) return skip_cases(2, "the sanitizer's new is not ours");
  LimitedSystem system{.limit = 1 << 20};
  PoolAllocator pool(system.source(), 4096);
  const auto is_refused = [&] {
    const NoMoreMemory none;
    try {
      (void)pool.allocate(64);
      return false;
    } catch (const std::bad_alloc&) {
      return true;
    }
  };
  CHECK(is_refused());  // a segment could not be noted down
  CHECK(system.given == 0);
  void* first = pool.allocate(64);
  CHECK(is_refused());  // the rest of the segment could not
  CHECK(pool.statistics().in_use == footprint(64));
  const std::size_t rest_bytes = 4096 - footprint(64) - kLine;
  void* rest = pool.allocate(rest_bytes);
  CHECK(system.given == 4096);
  pool.release(first, 64);
  pool.release(rest, rest_bytes);
  CHECK(pool.statistics().in_use == 0);
  count_cases(2);
}

TEST_CASE("A size that overflows is no memory, not a small block") {
  PoolAllocator pool(host_memory_source(), 4096);
  for (std::size_t below = 0; below < 3 * kLine; below += 16)
    CHECK_THROWS_AS((void)pool.allocate(std::numeric_limits<std::size_t>::max() - below),
                    std::bad_alloc);
  CHECK(pool.statistics().in_use == 0);
  count_cases();
}

TEST_CASE("Threads may share a pool") {
  PoolAllocator pool(host_memory_source(), 1 << 16);
  std::vector<int> wrong(4, 0);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < 500; ++i) {
          const auto bytes = static_cast<std::size_t>(1 + (i * 37 + t * 101) % 3000);
          auto* memory = static_cast<char*>(pool.allocate(bytes));
          std::memset(memory, t, bytes);
          wrong[static_cast<std::size_t>(t)] += memory[0] != t || memory[bytes - 1] != t;
          pool.release(memory, bytes);
        }
      });
  }
  CHECK(wrong == std::vector<int>(4, 0));
  CHECK(pool.statistics().in_use == 0);
  count_cases();
}

}  // namespace
}  // namespace nanopneumo::test
