// The activations of registers of numbers, as wide as those that the compiler may use. Compiled twice (CMakeLists.txt): for
// this CPU and for any x86-64, whose exponential takes another way.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/cpu/activation.h"

namespace nanopneumo::test {
namespace {

using namespace cpu;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// The largest difference from `f` in double, of numbers in [low, high], as a part of f where f is above 1e-30.
template <class F, class G>
double largest_error(float low, float high, F f, G exact) {
  constexpr int kSteps = 1'000'003;
  double largest = 0;
  for (int i = 0; i <= kSteps; ++i) {
    const float x = low + (high - low) * static_cast<float>(i) / kSteps;
    const double want = exact(double{x}), got = f(broadcast(x))[kLanes - 1];
    const double error = std::abs(got - want) / std::max(std::abs(want), 1e-30);
    if (!(error <= largest)) largest = error;
  }
  return largest;
}

TEST_CASE("Exponentials, sigmoid and swish of registers are within a few roundings") {
  constexpr double kRounding = 6e-8;
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  CHECK(largest_error(
            -87.9f, 86.9f,
            [](Vec x) { return of_one_register([](auto& one) { exp_of_minus(one); }, x); },
            [](double x) { return std::exp(-x); }) < 2 * kRounding);
  CHECK(largest_error(-60, 200, Sigmoid{}, sigmoid) < 4 * kRounding);
  CHECK(largest_error(-60, 200, Swish{}, [&](double x) { return x * sigmoid(x); }) < 5 * kRounding);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  CHECK(Sigmoid{}(broadcast(kInfinity))[0] == 1);
  CHECK(Sigmoid{}(broadcast(-kInfinity))[0] == 0);
  CHECK(std::isnan(Swish{}(broadcast(-kInfinity))[0]));  // as -infinity times 0
  CHECK(Swish{}(broadcast(-1000))[0] == doctest::Approx(0).epsilon(1e-30));
}

TEST_CASE("The activations of registers are those of numbers, of NaN too") {
  for (const float x : {-3.0f, -0.0f, 0.0f, 2.5f, 6.0f, 7.0f}) {
    CHECK(Relu{}(broadcast(x))[0] == Relu{}(x));
    CHECK(Relu6{}(broadcast(x))[0] == Relu6{}(x));
    CHECK(Sigmoid{}(broadcast(x))[0] == doctest::Approx(Sigmoid{}(x)).epsilon(1e-6));
    CHECK(Swish{}(broadcast(x))[0] == doctest::Approx(Swish{}(x)).epsilon(1e-6));
  }
  const auto keeps_nan = [](auto f) { return std::isnan(f(broadcast(kNaN))[kLanes - 1]); };
  CHECK(keeps_nan(Identity{}));
  CHECK(keeps_nan(Relu{}));
  CHECK(keeps_nan(Relu6{}));
  CHECK(keeps_nan(Sigmoid{}));
  CHECK(keeps_nan(Swish{}));
}

}  // namespace
}  // namespace nanopneumo::test
