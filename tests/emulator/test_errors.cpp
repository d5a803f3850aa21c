// What the plain emulation refuses, and that it goes on afterwards.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "kernels/emulator/asan.h"
#include "kernels/emulator/kernel_error.h"
#include "tests/emulator/toy_device.h"
#include "tests/emulator/toys.h"

namespace nanopneumo::test {

namespace {

using Toy = void (*)(Stream&, float*);

/// Runs a toy kernel and says what it was refused for; then whether the device still works.
std::string refusal(Device& device, Toy toy) {
  ToyFloats data(device, std::vector<float>(64));
  std::string message;
  try {
    toy(device.stream(), data.data());
  } catch (const emulator::KernelError& error) {
    message = error.what();
  }
  ToyFloats in(device, counting(512)), sums(device, 2);
  emulated::block_sum(device.stream(), 2, in.data(), sums.data());
  CHECK(sums.values() == std::vector<float>{255 * 128, 255 * 128 + 256 * 256});
  return message;
}

void check_refused(const std::string& name, Toy toy, const std::vector<std::string>& words) {
  for (const auto order : {emulator::ThreadOrder::forward, emulator::ThreadOrder::reverse}) {
    const auto device = make_emulated_device(2, {order});
    const std::string message = refusal(*device, toy);
    INFO(message);
    CHECK(mentions(message, {"kernel " + name + "_kernel"}));
    CHECK(mentions(message, words));
  }
}

}  // namespace

TEST_CASE("errors: threads of a block that wait at two barriers") {
  check_refused("divergent_barrier", emulated::divergent_barrier,
                {"block (0, 0, 0) of (1, 1, 1), thread (0, 0, 0) of (32, 1, 1)",
                 "the block cannot go on", "thread (0, 0, 0) waits at the barrier",
                 "faulty.cu:", "thread (16, 0, 0) waits at the barrier", "faulty.cu:"});
}

TEST_CASE("errors: a barrier that some threads do not come to") {
  check_refused("barrier_after_return", emulated::barrier_after_return,
                {"thread (0, 0, 0) waits at the barrier", "thread (16, 0, 0) has ended"});
}

TEST_CASE("errors: threads may end before others where no barrier follows") {
  const auto device = make_emulated_device(1);
  CHECK(refusal(*device, emulated::return_without_barrier) == "");
}

TEST_CASE("errors: shuffles") {
  check_refused("shuffle_outside_mask", emulated::shuffle_outside_mask,
                {"__shfl_sync at", "faulty.cu:", "which is not in its mask 0x0000ffff"});
  check_refused("shuffle_from_absent_lane", emulated::shuffle_from_absent_lane,
                {"a shuffle reads lane 20, which takes no part in it"});
  check_refused("shuffle_after_return", emulated::shuffle_after_return,
                {"thread (0, 0, 0) waits in __shfl_sync", "with mask 0xffffffff",
                 "thread (16, 0, 0) has ended"});
  check_refused("different_warp_operations", emulated::different_warp_operations,
                {"thread (0, 0, 0) waits in __shfl_sync", "thread (16, 0, 0) waits in __any_sync"});
}

TEST_CASE("errors: an exception in a kernel ends the launch, not the device") {
  const auto device = make_emulated_device(2);
  for (int i = 0; i < 20; ++i)
    CHECK(mentions(refusal(*device, emulated::throws),
                   {"kernel throws_kernel", "thread (5, 0, 0) of (32, 1, 1): thrown by thread 5"}));
}

TEST_CASE("errors: what does not fit on the device") {
  const auto device = make_emulated_device(1);
  CHECK(mentions(refusal(*device, emulated::too_much_declared),
                 {"too_much_declared_kernel", "tile needs 49156 bytes of shared memory"}));
  CHECK(mentions(refusal(*device, emulated::too_much_dynamic),
                 {"kernel add_to_itself_kernel cannot be launched with grid (1, 1, 1), block (32, "
                  "1, 1) and 232449 bytes of dynamic shared memory"}));
  CHECK(mentions(refusal(*device, emulated::no_threads), {"block (32, 0, 1)"}));
  CHECK(mentions(refusal(*device, emulated::too_many_threads), {"block (33, 32, 1)"}));
}

#if !defined(NANOPNEUMO_ASAN)  // which ends the program at the access itself
TEST_CASE("errors: guard zones around shared arrays") {
  check_refused("write_behind_shared", emulated::write_behind_shared,
                {"tile was written behind its end"});
}
#endif

TEST_CASE("errors: a read of shared memory that was not written gives NaN") {
  const auto device = make_emulated_device(1);
  ToyFloats data(*device, std::vector<float>(64));
  emulated::read_unwritten_shared(device->stream(), data.data());
  const std::vector<float> values = data.values();
  for (std::size_t i = 0; i < 32; ++i) CHECK((values[i] == 1) == (i != 7));
  CHECK(values[7] != values[7]);
}

TEST_CASE("errors: a profiled kernel that is refused leaves no profile") {
  const auto device = make_profiled_device(2);
  ToyFloats data(*device, std::vector<float>(64));
  for (const Toy toy : {profiled::divergent_barrier, profiled::throws, profiled::no_threads}) {
    CHECK_THROWS_AS(toy(device->stream(), data.data()), emulator::KernelError);
    CHECK(device->take_profiles().empty());
  }
  profiled::add_to_itself(device->stream(), data.data());
  CHECK(the_profile(*device).global_loads.requests == 1);
}

}  // namespace nanopneumo::test
