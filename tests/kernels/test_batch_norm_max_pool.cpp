#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "tests/kernels/gradient_check.h"
#include "tests/kernels/shapes.h"

namespace nanopneumo::test {
namespace {

constexpr double kEpsilon = 1e-3;
constexpr Tolerance kStatistics{.relative = 2e-6, .absolute = 1e-7};

RowsDims pixels(const ChannelwiseDims& d) { return {d.input_size() / d.C, d.C}; }

/// A layer's operands. x are multiples of 1/32: two of them are equal or so far apart that rounding makes no
/// other one the largest. Where a parameter is left out its vector is empty.
struct Operands {
  Operands(Case& c, const ChannelwiseDims& d)
      : x(c.random.values(d.input_size())),
        gamma(c.random.coin() ? c.random.values(d.C, -1.5, 1.5) : std::vector<float>()),
        beta(c.random.coin() ? c.random.values(d.C) : std::vector<float>()),
        mean(c.random.values(d.C, -0.2, 0.2)),
        variance(c.random.values(d.C, 0.05, 2)),
        dy(c.values(d.output_size())) {
    for (float& value : x) value = std::round(32 * value) / 32;
    // A gamma near 0 would bring them together again.
    for (float& value : gamma) value = std::copysign(std::max(std::abs(value), 0.1f), value);
  }

  std::vector<float> x, gamma, beta, mean, variance, dy;
};

TEST_CASE("batch_norm_max_pool agrees with the reference") {
  conformance("batch_norm_max_pool", kCases, [](Case& c) {
    const ChannelwiseDims d = channelwise_dims(c.index, c.random);
    const Operands o(c, d);
    c.check(str(d), [&](auto& call) {
      call.ops().batch_norm_max_pool(
          call.stream(), d, kEpsilon, call.in(o.x), call.in(o.gamma), call.in(o.beta),
          call.out("y", d.output_size(), {.relative = 2e-6, .absolute = 2e-6}),
          call.out_bytes("argmax", d.output_size()), call.out("mean", d.C, kStatistics),
          call.out("variance", d.C, kStatistics));
    });
  });
}

TEST_CASE("batch_norm_max_pool_gradient agrees with the reference") {
  conformance("batch_norm_max_pool_gradient", kCases, [](Case& c) {
    const ChannelwiseDims d = channelwise_dims(c.index, c.random);
    const Operands o(c, d);
    const bool in_place = c.random.coin();
    const Activation before = c.random.coin() ? Activation::relu : Activation::none;
    const CallResult pooled = run_on(reference_device(), 0, [&](auto& call) {
      call.ops().max_pool_forward(call.stream(), d, call.in(o.x),
                                  call.out("y", d.output_size(), kExact),
                                  call.out_bytes("argmax", d.output_size()));
    });
    const auto& places = pooled.outputs.at("argmax").values;
    const std::vector<std::uint8_t> argmax(places.begin(), places.end());
    // A pixel collects up to R S gradients; the terms of the sums and of dx may cancel.
    const double windows = d.window.R * d.window.S;
    const float smallest = *std::min_element(o.variance.begin(), o.variance.end());
    const double largest_dy = c.whole_numbers() ? 3 : 1;
    const double size = 1.5 * windows * largest_dy / std::sqrt(smallest + kEpsilon);
    const Tolerance dx_tolerance{.relative = 1e-6, .absolute = 1e-6 * size};
    const Tolerance sums{.relative = 1e-6,
                         .absolute = 1e-6 * size * std::sqrt(double(pixels(d).rows))};
    c.check(str(d), [&](auto& call) {
      auto* dx = in_place ? call.in_out("dx", o.x, dx_tolerance)
                          : call.out("dx", d.input_size(), dx_tolerance);
      call.ops().batch_norm_max_pool_gradient(
          call.stream(), d, kEpsilon, before, in_place ? dx : call.in(o.x), call.in(o.gamma),
          call.in(o.mean), call.in(o.variance), call.in_bytes(argmax), call.in(o.dy), dx,
          call.out("dgamma", d.C, sums), call.out("dbeta", d.C, sums));
    });
  });
}

TEST_CASE("Gradients of batch normalisation and max pooling in one") {
  const Kernels<double>& ops = reference_kernels();
  Stream& stream = reference_device().stream();
  GradientCheck input("batch_norm_max_pool_gradient, dx"),
      scale("batch_norm_max_pool_gradient, dgamma"), shift("batch_norm_max_pool_gradient, dbeta");
  for (int index = 0; index < kGradientCases; ++index) {
    CaseRandom random("batch norm max pool gradients", index);
    const int H = random.integer(3, 7), W = random.integer(3, 7);
    const Window window = random.coin() ? Window{2, 2, 2, 2, {}} : Window{3, 2, 2, 1, {1, 0, 0, 1}};
    const ChannelwiseDims d{random.integer(1, 2), H, W, random.integer(1, 3), window};
    const bool after_relu = random.coin();
    const Activation before = after_relu ? Activation::relu : Activation::none;
    // What the ReLU reads: half of it, or little, below 0, nothing at 0.
    Values u = distinct_doubles(random, d.input_size());
    const double middle = 0.01 * static_cast<double>(u.size()) * random.uniform(0, 0.5);
    for (double& value : u) value -= std::round(100 * middle) / 100 + 0.005;
    const Values dy = random_doubles(random, d.output_size());
    const Values gamma = random_doubles(random, d.C, 0.5, 1.5), beta = random_doubles(random, d.C);
    const auto x_of = [&](Values x) {
      for (double& value : x) value = after_relu ? std::max(value, 0.0) : value;
      return x;
    };
    Values y(dy.size()), mean(gamma.size()), variance(gamma.size());
    std::vector<std::uint8_t> argmax(dy.size());
    const auto loss = [&](const Values& at, const Values& at_gamma, const Values& at_beta) {
      ops.batch_norm_max_pool(stream, d, kEpsilon, x_of(at).data(), at_gamma.data(), at_beta.data(),
                              y.data(), argmax.data(), mean.data(), variance.data());
      return inner_product(y, dy);
    };
    loss(u, gamma, beta);
    const Values x = x_of(u);
    Values dx(x.size()), dgamma(gamma.size()), dbeta(beta.size());
    ops.batch_norm_max_pool_gradient(stream, d, kEpsilon, before, x.data(), gamma.data(),
                                     mean.data(), variance.data(), argmax.data(), dy.data(),
                                     dx.data(), dgamma.data(), dbeta.data());
    input.compare(str(d), dx, u, [&](const Values& at) { return loss(at, gamma, beta); });
    scale.compare(str(d), dgamma, gamma, [&](const Values& at) { return loss(u, at, beta); });
    shift.compare(str(d), dbeta, beta, [&](const Values& at) { return loss(u, gamma, at); });
  }
}

}  // namespace
}  // namespace nanopneumo::test
