// Arenas: what a computation allocates, noted on a device without memory and then given its places.
#include <doctest/doctest.h>

#include <cstring>
#include <vector>

#include "tensor/arena.h"
#include "tensor/meta_device.h"
#include "tensor/tensor.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

/// Four tensors, of which the second and the fourth are never held at once.
void compute(Device& device, std::int64_t n) {
  const Tensor<float> a(device, {n, 4});
  { const Tensor<float> b(device, {n, 100}); }
  const Tensor<float> c(device, {0, 4});
  const Tensor<float> d(device, {n, 90});
}

ArenaPlan plan_compute(std::int64_t n) {
  MetaDevice device;
  const Tensor<float> held_before(device, {1000});
  device.recorder().restart();
  compute(device, n);
  return plan_arena(device.recorder().lifetimes());
}

TEST_CASE("A recorder notes from when to when memory is held") {
  LifetimeRecorder recorder;
  void* const before = recorder.allocate(7);
  recorder.restart();
  void* const a = recorder.allocate(100);
  void* const b = recorder.allocate(0);
  CHECK(recorder.statistics().in_use == 107);
  recorder.release(a, 100);
  recorder.release(before, 7);
  void* const c = recorder.allocate(300);
  CHECK_THROWS_AS((void)recorder.lifetimes(), std::logic_error);
  recorder.release(c, 300);
  recorder.release(b, 0);
  CHECK(a != b);
  const std::vector<Lifetime> expected{{100, 0, 2}, {0, 1, 5}, {300, 3, 4}};
  const std::vector<Lifetime>& noted = recorder.lifetimes();
  REQUIRE(noted.size() == expected.size());
  for (std::size_t i = 0; i < noted.size(); ++i) {
    CHECK(noted[i].bytes == expected[i].bytes);
    CHECK(noted[i].first == expected[i].first);
    CHECK(noted[i].last == expected[i].last);
  }
  CHECK(recorder.statistics().in_use == 0);
  CHECK(recorder.statistics().peak_in_use == 300);
  count_cases(3);
}

TEST_CASE("A device without elements takes any operation and gives zeros") {
  MetaDevice device;
  const Tensor<float> x(device, {2, 3});
  x.copy_from_host(std::vector<float>(6, 1.0f));
  const Kernels<float>& kernels = device.kernels<float>();
  kernels.fill(device.stream(), 6, 2.0f, x.data());
  kernels.add(device.stream(), 6, x.data(), nullptr, nullptr);
  kernels.conv_forward(device.stream(), {}, nullptr, nullptr, {}, nullptr);
  kernels.augment_image(device.stream(), {}, {}, nullptr, nullptr, nullptr);
  CHECK(x.to_host() == std::vector<float>(6, 0.0f));
  CHECK_THROWS_AS((void)device.kernels<double>(), std::logic_error);
  count_cases();
}

TEST_CASE("An arena gives the tensors of a computation their planned places") {
  const ArenaPlan plan = plan_compute(10);
  REQUIRE(plan.tensors.size() == 4);
  constexpr std::size_t kLine = Allocator::kAlignment;
  // The first is held beside the second or the fourth; each takes whole lines and one between neighbours.
  CHECK(plan.bytes() <= (160 + 4000) + 4 * kLine + kLine);
  const auto device = make_cpu_device(1);
  const auto in_use = [&] { return device->allocator().statistics().in_use; };
  const std::size_t before = in_use();
  {
    Arena arena(plan, device->allocator());
    CHECK(in_use() >= before + plan.bytes());
    for (const std::int64_t n : {10, 3, 10}) {  // smaller tensors have room, too
      const std::size_t taken = in_use();
      const ArenaScope scope(*device, &arena);
      CHECK(&device->allocator() == &arena);
      compute(*device, n);
      CHECK(arena.statistics().in_use == 0);
      CHECK(arena.statistics().reserved == plan.bytes());
      device->set_allocator(nullptr);
      CHECK(in_use() == taken);
      count_cases();
    }
    CHECK(arena.statistics().peak_in_use == 160 + 4000);
  }
  CHECK(in_use() == before);
  const ArenaScope none(*device, nullptr);
  compute(*device, 10);
  CHECK(device->allocator().statistics().peak_in_use > before);
}

TEST_CASE("Tensors that are held at once lie apart in an arena") {
  const auto device = make_cpu_device(1);
  const std::vector<Lifetime> lifetimes{{400, 0, 9}, {40, 1, 3}, {4, 2, 9}, {80, 4, 9}};
  const ArenaPlan plan = plan_arena(lifetimes);
  Arena arena(plan, device->allocator());
  const ArenaScope scope(*device, &arena);
  std::vector<Tensor<float>> held;
  const auto make = [&](std::int64_t n) {
    held.emplace_back(*device, Shape{n});
    held.back().copy_from_host(
        std::vector<float>(static_cast<std::size_t>(n), static_cast<float>(n)));
    CHECK(reinterpret_cast<std::uintptr_t>(held.back().data()) % Allocator::kAlignment == 0);
  };
  for (const std::int64_t n : {100, 10, 1}) make(n);
  held.erase(held.begin() + 1);
  make(20);
  for (const Tensor<float>& tensor : held)
    CHECK(tensor.to_host() == std::vector<float>(static_cast<std::size_t>(tensor.size()),
                                                 static_cast<float>(tensor.size())));
  count_cases();
}

TEST_CASE("An arena refuses another computation than the one it was planned for") {
  const auto device = make_cpu_device(1);
  const ArenaPlan plan = plan_compute(10);
  Arena arena(plan, device->allocator());
  {
    const ArenaScope scope(*device, &arena);
    CHECK_THROWS_AS(compute(*device, 11), std::logic_error);  // larger
  }
  {
    const ArenaScope scope(*device, &arena);
    compute(*device, 10);
    CHECK_THROWS_AS(Tensor<float>(*device, {1}), std::logic_error);  // one more
  }
  Tensor<float> kept;
  {
    const ArenaScope scope(*device, &arena);
    kept = Tensor<float>(*device, {10, 4});
  }
  CHECK_THROWS_AS(ArenaScope(*device, &arena), std::logic_error);  // would be overwritten
  kept = {};
  {
    const ArenaScope scope(*device, &arena);
    {
      const ArenaScope none(*device, nullptr);
      CHECK(&device->allocator() == &arena);
    }
  }
  CHECK_NOTHROW(compute(*device, 12));  // outside of scopes as ever
  count_cases(4);
}

}  // namespace
}  // namespace nanopneumo::test
