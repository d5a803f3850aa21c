// Races: found by what orders two accesses, and by running the threads in other orders.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/emulator/toy_device.h"
#include "tests/emulator/toys.h"

namespace nanopneumo::test {

using emulator::Schedule;
using emulator::ThreadOrder;
using profiler::FindingKind;
using profiler::KernelProfile;

TEST_CASE("races: a missing barrier is found with both threads and lines") {
  const auto device = make_profiled_device(1);
  ToyFloats in(*device, counting(256)), out(*device, 1);
  profiled::block_sum_unordered(device->stream(), 1, in.data(), out.data());
  const KernelProfile profile = the_profile(*device);
  const std::string text = profile.findings_text();
  INFO(text);
  CHECK(profile.count(FindingKind::race) > 0);
  CHECK(mentions(text, {"race", "kernel block_sum_kernel<false>, grid (1, 1, 1), block (256, 1, 1)",
                        "thread (", "of shared array partial of 1024 bytes (",
                        "tests/emulator/counted.cu:", "which thread (", ") of block (0, 0, 0) ",
                        "tests/emulator/counted.cu:", "nothing orders the two"}));
}

TEST_CASE("races: a missing barrier makes the result depend on the order of the threads") {
  const auto sum = [](bool barriers, const Schedule& schedule) {
    const auto device = make_emulated_device(1, schedule);
    ToyFloats in(*device, counting(256)), out(*device, 1);
    (barriers ? emulated::block_sum : emulated::block_sum_unordered)(device->stream(), 1, in.data(),
                                                                     out.data());
    return out.values()[0];
  };
  constexpr float kSum = 255 * 256 / 2;
  int wrong = 0;
  for (const Schedule& schedule : {Schedule{},
                                   {ThreadOrder::reverse},
                                   {ThreadOrder::shuffled, 1},
                                   {ThreadOrder::shuffled, 2}}) {
    CHECK(sum(true, schedule) == kSum);
    wrong += sum(false, schedule) != kSum;  // what is read too early is NaN
  }
  CHECK(wrong > 0);
}

TEST_CASE("races: __syncwarp orders the lanes of a warp and no others") {
  CHECK(profile_of(profiled::neighbours_after_syncwarp).findings_text() == "");
  CHECK(profile_of(profiled::neighbours_unordered).count(FindingKind::race) == 64);
  const KernelProfile profile = profile_of(profiled::other_warp_after_syncwarp);
  CHECK(profile.count(FindingKind::race) == 32);
  CHECK(mentions(profile.findings_text(), {"race"}));
}

TEST_CASE("races: bytes of one word that belong to different threads") {
  CHECK(profile_of(profiled::own_bytes).findings_text() == "");
}

TEST_CASE("races: two blocks, one word") {
  for (const int threads : {1, 4}) {
    const KernelProfile profile = profile_of(profiled::blocks_write_one_word, threads);
    CHECK(profile.count(FindingKind::race) == 3);
    CHECK(mentions(profile.findings_text(), {"byte 0 of a global array of 256 bytes"}));
    CHECK(profile_of(profiled::blocks_count_atomically, threads).findings_text() == "");
    CHECK(profile_of(profiled::blocks_read_what_is_counted, threads).count(FindingKind::race) >= 3);
  }
}

TEST_CASE("races: fence and atomic order what blocks wrote before with what the last block reads") {
  const auto device = make_profiled_device(3);
  ToyFloats data(*device, std::vector<float>(64));
  profiled::last_block_sums(device->stream(), data.data());
  CHECK(data.values()[0] == 36);
  CHECK(the_profile(*device).findings_text() == "");
  CHECK(profile_of(profiled::last_block_without_fence).count(FindingKind::race) == 7);
}

}  // namespace nanopneumo::test
