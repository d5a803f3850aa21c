#include <doctest/doctest.h>

#include "tests/kernels/conformance.h"
#include "tests/kernels/shapes.h"

namespace nanopneumo::test {
namespace {

TEST_CASE("depthwise_forward agrees with the reference") {
  conformance("depthwise_forward", kCases, [](Case& c) {
    const ChannelwiseDims d = channelwise_dims(c.index, c.random);
    const auto x = c.values(d.input_size()), w = c.values(d.weight_size());
    const auto bias = c.values_if(c.random.coin(), d.C);
    const auto residual = c.values_if(c.random.coin(), d.output_size());
    const Activation activation = any_activation(c.random);
    const Tolerance sum = rounding_of_sum(d.window.R * d.window.S + 2);
    const Tolerance tolerance = is_piecewise_linear(activation) ? c.linear(sum) : sum;
    c.check(str(d), [&](auto& call) {
      call.ops().depthwise_forward(call.stream(), d, call.in(x), call.in(w),
                                   call.epilogue(bias, residual, activation),
                                   call.out("y", d.output_size(), tolerance));
    });
  });
}

TEST_CASE("depthwise_input_gradient agrees with the reference") {
  conformance("depthwise_input_gradient", kCases, [](Case& c) {
    const ChannelwiseDims d = channelwise_dims(c.index, c.random);
    const auto w = c.values(d.weight_size()), dy = c.values(d.output_size());
    const Tolerance tolerance = c.linear(rounding_of_sum(d.window.R * d.window.S));
    c.check(str(d), [&](auto& call) {
      call.ops().depthwise_input_gradient(call.stream(), d, call.in(w), call.in(dy),
                                          call.out("dx", d.input_size(), tolerance));
    });
  });
}

TEST_CASE("depthwise_weight_gradient agrees with the reference") {
  conformance("depthwise_weight_gradient", kCases, [](Case& c) {
    const ChannelwiseDims d = channelwise_dims(c.index, c.random);
    const auto x = c.values(d.input_size()), dy = c.values(d.output_size());
    const bool with_bias = c.random.coin();
    const Tolerance tolerance = c.linear(rounding_of_sum(d.N * d.P() * d.Q()));
    c.check(str(d), [&](auto& call) {
      auto* db = with_bias ? call.out("db", d.C, tolerance) : nullptr;
      call.ops().depthwise_weight_gradient(call.stream(), d, call.in(x), call.in(dy),
                                           call.out("dw", d.weight_size(), tolerance), db);
    });
  });
}

}  // namespace
}  // namespace nanopneumo::test
