// Shuffles, votes, indices and orders against their definitions in the CUDA C++ Programming Guide.
#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "tests/emulator/toy_device.h"
#include "tests/emulator/toys.h"

namespace nanopneumo::test {

using emulator::Schedule;
using emulator::ThreadOrder;

TEST_CASE("language: shuffles") {
  for (const auto order : {ThreadOrder::forward, ThreadOrder::reverse, ThreadOrder::shuffled}) {
    const auto device = make_emulated_device(1, {order});
    ToyFloats out(*device, 9 * 32);
    emulated::shuffles(device->stream(), out.data());
    const std::vector<float> values = out.values();
    for (int lane = 0; lane < 32; ++lane) {
      const int in_eight = lane % 8;
      const int expected[9] = {5,
                               (lane + 1) % 32,
                               lane - in_eight + 3,
                               lane ^ 16,
                               lane ^ 3,
                               lane < 28 ? lane + 4 : lane,
                               lane >= 4 ? lane - 4 : lane,
                               in_eight < 6 ? lane + 2 : lane,
                               in_eight >= 2 ? lane - 2 : lane};
      for (int which = 0; which < 9; ++which)
        CHECK(values[static_cast<std::size_t>(which * 32 + lane)] ==
              static_cast<float>(100 + expected[which]));
    }
  }
}

TEST_CASE("language: votes") {
  const auto device = make_emulated_device(1);
  ToyArray<unsigned> out(*device, std::vector<unsigned>(6 * 32, 7));
  emulated::votes(device->stream(), out.data());
  const std::vector<unsigned> values = out.values();
  for (std::size_t lane = 0; lane < 32; ++lane) {
    CHECK(values[lane] == 0x49249249u);
    CHECK(values[32 + lane] == 1);
    CHECK(values[64 + lane] == 0);
    CHECK(values[96 + lane] == 1);
    CHECK(values[128 + lane] == 0);
    CHECK(values[160 + lane] == (lane % 2 ? 0xAAAAAA00u : 7u));
  }
}

TEST_CASE("language: indices of threads and blocks") {
  const auto device = make_emulated_device(2);
  ToyArray<int> out(*device, 6 * 16 * 6);
  emulated::indices(device->stream(), out.data());
  const std::vector<int> values = out.values();
  for (int i = 0; i < 6 * 16; ++i) {
    const int thread = i % 16, block = i / 16;
    const std::vector<int> expected{thread % 4, thread / 4 % 2, thread / 8,
                                    block % 2,  block / 2,      0};
    CHECK(std::equal(expected.begin(), expected.end(), values.begin() + 6 * i));
  }
}

TEST_CASE("language: threads and blocks run forward, in reverse, or shuffled by a seed") {
  const auto order = [](const Schedule& schedule) {
    const auto device = make_emulated_device(1, schedule);
    ToyArray<int> counter(*device, std::vector<int>{0}), out(*device, 32);
    emulated::order_of_threads(device->stream(), counter.data(), out.data());
    return out.values();
  };
  std::vector<int> expected(32);
  std::iota(expected.begin(), expected.end(), 0);
  CHECK(order({}) == expected);
  const std::vector<int> shuffled = order({ThreadOrder::shuffled, 1});
  CHECK(shuffled != expected);
  CHECK(shuffled == order({ThreadOrder::shuffled, 1}));
  CHECK(shuffled != order({ThreadOrder::shuffled, 2}));
  CHECK(std::is_permutation(shuffled.begin(), shuffled.end(), expected.begin()));
  std::ranges::reverse(expected);
  CHECK(order({ThreadOrder::reverse}) == expected);
}

TEST_CASE("language: results do not depend on how many host threads there are") {
  const auto sums = [](int threads) {
    const auto device = make_emulated_device(threads);
    ToyFloats in(*device, counting(64 * 256)), out(*device, 64);
    emulated::block_sum(device->stream(), 64, in.data(), out.data());
    return out.values();
  };
  const std::vector<float> expected = sums(1);
  CHECK(expected[63] == 256 * (63 * 256 + 127.5f));
  CHECK(sums(2) == expected);
  CHECK(sums(4) == expected);
}

}  // namespace nanopneumo::test
