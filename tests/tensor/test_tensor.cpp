#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "tensor/tensor.h"
#include "tests/reference/reference_device.h"
#include "tests/support/cases.h"
#include "tests/support/shape_error.h"

namespace nanopneumo::test {
namespace {

std::vector<double> counting(std::int64_t n) {
  std::vector<double> values(static_cast<std::size_t>(n));
  std::iota(values.begin(), values.end(), 0);
  return values;
}

TEST_CASE("Values go to the device and come back") {
  const auto device = make_reference_device();
  const auto x = Tensor<double>::from_host(*device, {2, 3}, counting(6));
  CHECK(x.defined());
  CHECK(x.size() == 6);
  CHECK(x.to_host() == counting(6));
  x.copy_from_host(std::vector<double>(6, 7));
  CHECK(x.to_host() == std::vector<double>(6, 7));
  const Tensor<double> y(*device, {2, 3});
  y.copy_from(x);
  CHECK(y.to_host() == x.to_host());
  CHECK(Tensor<double>::from_host(*device, Shape{}, counting(1)).size() == 1);
  CHECK(Tensor<double>(*device, {0, 3}).to_host().empty());
  CHECK_FALSE(Tensor<double>().defined());
  count_cases(8);
}

TEST_CASE("The host reads values where they lie, or a copy of them") {
  for (const auto& device : {make_reference_device(), make_cpu_device(1)}) {
    const auto x = Tensor<double>::from_host(*device, {2, 3}, counting(6));
    const HostValues<double> values = x.on_host();
    CHECK(values.values().data() == x.data());
    CHECK(std::ranges::equal(values.values(), counting(6)));
    CHECK(Tensor<double>(*device, {0, 3}).on_host().values().empty());
  }
  HostValues<double> copy(counting(6));
  const HostValues<double> moved = std::move(copy);
  CHECK(std::ranges::equal(moved.values(), counting(6)));
  count_cases(3);
}

TEST_CASE("Views, slices and windows share memory") {
  const auto device = make_reference_device();
  const auto x = Tensor<double>::from_host(*device, {4, 3}, counting(12));
  const Tensor<double> view = x.reshaped({2, 6});
  CHECK(view.data() == x.data());
  CHECK(view.shape() == Shape{2, 6});
  const Tensor<double> rows = x.slice(1, 2);
  CHECK(rows.shape() == Shape{2, 3});
  CHECK(rows.to_host() == std::vector<double>{3, 4, 5, 6, 7, 8});
  const Tensor<double> window = x.window(5, {2, 2});
  CHECK(window.to_host() == std::vector<double>{5, 6, 7, 8});
  window.copy_from_host(std::vector<double>{-5, -6, -7, -8});
  CHECK(x.to_host()[8] == -8);
  CHECK(rows.slice(1, 1).to_host() == std::vector<double>{-6, -7, -8});
  CHECK(x.slice(4, 0).size() == 0);
  CHECK(x.slice(0, 4).to_host() == x.to_host());
  count_cases(9);
}

TEST_CASE("unique() sees every handle, view and slice") {
  const auto device = make_reference_device();
  Tensor<double> x(*device, {4, 3});
  CHECK(x.unique());
  {
    const Tensor<double> copy = x;
    CHECK_FALSE(x.unique());
  }
  CHECK(x.unique());
  {
    const Tensor<double> view = x.reshaped({12});
    CHECK_FALSE(x.unique());
    CHECK_FALSE(view.unique());
  }
  Tensor<double> slice = x.slice(1, 1);
  CHECK_FALSE(x.unique());
  x = {};
  CHECK(slice.unique());
  slice = {};
  CHECK(device->allocator().statistics().in_use == 0);
  count_cases(7);
}

TEST_CASE("Errors of a tensor name its shape") {
  const auto device = make_reference_device();
  const Tensor<double> x(*device, {4, 3});
  CHECK(says(shape_error_of([&] { (void)x.reshaped({5, 3}); }), "(4, 3)", "(5, 3)"));
  CHECK(says(shape_error_of([&] { (void)x.slice(3, 2); }), "(4, 3)"));
  CHECK(says(shape_error_of([&] { (void)x.slice(-1, 2); }), "(4, 3)"));
  CHECK(says(shape_error_of([&] { (void)x.slice(1, -1); }), "(4, 3)"));
  CHECK(says(shape_error_of([&] { (void)x.window(9, {4}); }), "(4, 3)"));
  CHECK(says(shape_error_of([&] { (void)x.window(-1, {4}); }), "(4, 3)"));
  CHECK(says(shape_error_of([&] { x.copy_from_host(counting(11)); }), "11", "(4, 3)"));
  CHECK(says(shape_error_of([&] {
               x.copy_from(Tensor<double>(*device, {3, 4}));
             }),
             "(4, 3)", "(3, 4)"));
  CHECK(says(shape_error_of([&] {
               (void)Tensor<double>::from_host(*device, {2, 2}, counting(5));
             }),
             "5", "(2, 2)"));
  CHECK(says(shape_error_of([&] { (void)Tensor<double>(*device, Shape{}).slice(0, 1); }), "()"));
  count_cases(10);
}

TEST_CASE("Sizes beyond 64 bits are refused, not wrapped around") {
  const auto device = make_reference_device();
  constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
  // 2^61 doubles are 2^64 bytes, which is 0 where nobody looks.
  const Shape huge{std::int64_t{1} << 61};
  CHECK(says(shape_error_of([&] { (void)Tensor<double>(*device, huge); }), huge.str()));
  CHECK_THROWS_AS((void)Tensor<std::uint8_t>(*device, Shape{kLargest}), std::bad_alloc);
  const Tensor<double> x(*device, {4, 3});
  CHECK(says(shape_error_of([&] { (void)x.slice(kLargest, 1); }), "(4, 3)"));
  CHECK(says(shape_error_of([&] { (void)x.slice(1, kLargest); }), "(4, 3)"));
  CHECK(says(shape_error_of([&] { (void)x.window(1, {kLargest}); }), "(4, 3)"));
  CHECK(says(shape_error_of([&] { (void)x.window(kLargest, {1}); }), "(4, 3)"));
  count_cases(6);
}

TEST_CASE("A device without an element type says so") {
  const auto reference = make_reference_device();
  CHECK_THROWS_WITH_AS((void)reference->kernels<float>(),
                       "device reference has no operations for float32", std::logic_error);
  const auto cpu = make_cpu_device(1);
  CHECK_THROWS_WITH_AS((void)cpu->kernels<double>(), "device cpu has no operations for float64",
                       std::logic_error);
  count_cases(2);
}

}  // namespace
}  // namespace nanopneumo::test
