#include <doctest/doctest.h>

#include <array>

#include "tests/kernels/conformance.h"
#include "tests/kernels/gradient_check.h"
#include "tests/kernels/shapes.h"

namespace nanopneumo::test {
namespace {

constexpr Tolerance kOneRounding{.relative = 6e-8};

ImageDims image_dims(int index, CaseRandom& random) {
  constexpr std::array kAwkward = {ImageDims{1, 1, 1, 1},    ImageDims{2, 7, 7, 16},
                                   ImageDims{3, 1, 1, 1152}, ImageDims{1, 56, 57, 3},
                                   ImageDims{2, 33, 5, 33},  ImageDims{1, 90, 90, 4},
                                   ImageDims{5, 3, 2, 31},   ImageDims{1, 28, 28, 240}};
  if (index / 8 < static_cast<int>(kAwkward.size()))
    return kAwkward[static_cast<std::size_t>(index / 8)];
  return {random.integer(1, 3), random.integer(1, 14), random.integer(1, 14),
          random.integer(1, 70)};
}

TEST_CASE("channel_scale_forward agrees with the reference") {
  conformance("channel_scale_forward", kCases, [](Case& c) {
    const ImageDims d = image_dims(c.index, c.random);
    const auto x = c.values(d.size()), s = c.values(std::int64_t{d.N} * d.C);
    const bool in_place = c.index % 3 == 2;
    const Tolerance tolerance = c.linear(kOneRounding);
    c.check(str(d) + (in_place ? " in place" : ""), [&](auto& call) {
      auto* y = in_place ? call.in_out("y", x, tolerance) : call.out("y", d.size(), tolerance);
      call.ops().channel_scale_forward(call.stream(), d, in_place ? y : call.in(x), call.in(s), y);
    });
  });
}

TEST_CASE("channel_scale_gradient agrees with the reference") {
  enum Wanted { both, both_dx_in_dy, only_dx, only_ds };
  conformance("channel_scale_gradient", kCases, [](Case& c) {
    const ImageDims d = image_dims(c.index, c.random);
    const auto wanted = static_cast<Wanted>(c.index / 2 % 4);
    const bool with_dx = wanted != only_ds, with_ds = wanted != only_dx;
    const std::int64_t scales = std::int64_t{d.N} * d.C;
    const auto x = c.values_if(with_ds, d.size()), s = c.values_if(with_dx, scales);
    const auto dy = c.values(d.size());
    const Tolerance one = c.linear(kOneRounding);
    const Tolerance sum = c.linear(rounding_of_sum(std::int64_t{d.H} * d.W));
    c.check(fmt::format("{} wanted {}", str(d), static_cast<int>(wanted)), [&](auto& call) {
      const bool in_place = wanted == both_dx_in_dy;
      auto* dx = in_place  ? call.in_out("dx", dy, one)
                 : with_dx ? call.out("dx", d.size(), one)
                           : nullptr;
      auto* ds = with_ds ? call.out("ds", scales, sum) : nullptr;
      call.ops().channel_scale_gradient(call.stream(), d, call.in(x), call.in(s),
                                        in_place ? dx : call.in(dy), dx, ds);
    });
  });
}

TEST_CASE("Gradients of the channel scaling") {
  const Kernels<double>& ops = reference_kernels();
  Stream& stream = reference_device().stream();
  GradientCheck image("channel_scale_gradient, dx"), scale("channel_scale_gradient, ds");
  for (int index = 0; index < kGradientCases; ++index) {
    CaseRandom random("channel scale gradients", index);
    const ImageDims d{random.integer(1, 3), random.integer(1, 4), random.integer(1, 4),
                      random.integer(1, 4)};
    const Values x = random_doubles(random, d.size()), dy = random_doubles(random, d.size());
    const Values s = random_doubles(random, std::int64_t{d.N} * d.C);
    const auto loss = [&](const Values& at_x, const Values& at_s) {
      Values y(dy.size());
      ops.channel_scale_forward(stream, d, at_x.data(), at_s.data(), y.data());
      return inner_product(y, dy);
    };
    Values dx(x.size()), ds(s.size());
    ops.channel_scale_gradient(stream, d, x.data(), s.data(), dy.data(), dx.data(), ds.data());
    image.compare(str(d), dx, x, [&](const Values& at) { return loss(at, s); });
    scale.compare(str(d), ds, s, [&](const Values& at) { return loss(x, at); });
  }
}

}  // namespace
}  // namespace nanopneumo::test
