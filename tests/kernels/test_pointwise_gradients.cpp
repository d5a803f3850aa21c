// Gradients of the activations, softmax, dropout and the loss.
#include <doctest/doctest.h>

#include "tests/kernels/gradient_check.h"
#include "tests/kernels/shapes.h"

namespace nanopneumo::test {
namespace {

const Kernels<double>& ops = reference_kernels();

/// What an activation's gradient is formed from.
enum class From { output, input };

/// Checks dx = gradient(y, dy) with y = forward(x), or gradient(x, dy), for x at least a little away from
/// `kinks`.
template <class Forward, class Gradient>
void check_activation(const std::string& name, const Values& kinks, const Forward& forward,
                      const Gradient& gradient, From from = From::output) {
  Stream& stream = reference_device().stream();
  GradientCheck check(name);
  for (int index = 0; index < kGradientCases; ++index) {
    CaseRandom random(name, index);
    const std::int64_t n = random.integer(1, 200);
    const Values x = random_doubles_away_from(random, n, kinks);
    const Values dy = random_doubles(random, n);
    Values y(x.size()), dx(x.size());
    forward(stream, n, x.data(), y.data());
    gradient(stream, n, from == From::output ? y.data() : x.data(), dy.data(), dx.data());
    check.compare(fmt::format("n {}", n), dx, x, [&](const Values& at) {
      forward(stream, n, at.data(), y.data());
      return inner_product(y, dy);
    });
  }
}

TEST_CASE("Gradient of relu") {
  check_activation("relu_gradient", {0}, ops.relu_forward, ops.relu_gradient);
}

TEST_CASE("Gradient of relu6") {
  check_activation("relu6_gradient", {0, 6}, ops.relu6_forward, ops.relu6_gradient);
}

TEST_CASE("Gradient of sigmoid") {
  check_activation("sigmoid_gradient", {}, ops.sigmoid_forward, ops.sigmoid_gradient);
}

TEST_CASE("Gradient of swish") {
  check_activation("swish_gradient", {}, ops.swish_forward, ops.swish_gradient, From::input);
}

TEST_CASE("Gradient of softmax") {
  Stream& stream = reference_device().stream();
  GradientCheck check("softmax_gradient");
  for (int index = 0; index < kGradientCases; ++index) {
    CaseRandom random("softmax gradient", index);
    const RowsDims d{.rows = random.integer(1, 6), .C = random.integer(1, 12)};
    const Values x = random_doubles(random, d.rows * d.C, -2, 2);
    const Values dy = random_doubles(random, d.rows * d.C);
    Values y(x.size()), dx(x.size());
    ops.softmax_forward(stream, d, x.data(), y.data());
    ops.softmax_gradient(stream, d, y.data(), dy.data(), dx.data());
    check.compare(str(d), dx, x, [&](const Values& at) {
      ops.softmax_forward(stream, d, at.data(), y.data());
      return inner_product(y, dy);
    });
  }
}

// Dropout is its own gradient: the same call on dy.
TEST_CASE("Gradient of dropout") {
  Stream& stream = reference_device().stream();
  GradientCheck check("dropout gradient");
  for (int index = 0; index < kGradientCases; ++index) {
    CaseRandom random("dropout gradient", index);
    const std::int64_t n = random.integer(1, 200);
    const double rate = random.uniform(0, 0.9);
    const RandomKey key = random.key();
    const Values x = random_doubles(random, n), dy = random_doubles(random, n);
    Values y(x.size()), dx(x.size());
    ops.dropout(stream, n, rate, key, dy.data(), dx.data());
    check.compare(fmt::format("n {} rate {}", n, rate), dx, x, [&](const Values& at) {
      ops.dropout(stream, n, rate, key, at.data(), y.data());
      return inner_product(y, dy);
    });
  }
}

TEST_CASE("Gradient of the binary cross-entropy") {
  Stream& stream = reference_device().stream();
  GradientCheck check("bce_with_logits_gradient");
  for (int index = 0; index < kGradientCases; ++index) {
    CaseRandom random("bce gradient", index);
    const std::int64_t n = random.integer(1, 60);
    const Values logits = random_doubles(random, n, -9, 9);
    const Values labels = random_doubles(random, n, 0, 1);
    const Values weights = random.coin() ? random_doubles(random, n, 0.2, 3) : Values();
    const double* const weight_data = weights.empty() ? nullptr : weights.data();
    const double dloss = random.uniform(0.5, 2);
    Values dlogits(logits.size());
    ops.bce_with_logits_gradient(stream, n, logits.data(), labels.data(), weight_data, &dloss,
                                 dlogits.data());
    check.compare(fmt::format("n {}", n), dlogits, logits, [&](const Values& at) {
      double loss = 0;
      ops.bce_with_logits_forward(stream, n, at.data(), labels.data(), weight_data, &loss);
      return loss * dloss;
    });
  }
}

}  // namespace
}  // namespace nanopneumo::test
