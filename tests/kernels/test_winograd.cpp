// Winograd's algorithm as such, at shapes and schedules of which some would never be chosen; and the contract
// of conv_* where it is chosen.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "kernels/cpu/cpu_stream.h"
#include "kernels/cpu/winograd/convolve.h"
#include "kernels/cpu/winograd/filters.h"
#include "kernels/cpu/winograd/winograd.h"
#include "tests/kernels/conv_operands.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

using namespace cpu::winograd;

/// What may be off in a sum of `terms` products of numbers up to 1: the transforms add numbers that are larger
/// than the sum itself, by up to the factor that A, B and G amplify by, before these cancel.
Tolerance rounding_of_winograd(std::int64_t terms) {
  constexpr double kAmplification = 4;
  const Tolerance sum = rounding_of_sum(terms);
  return {.relative = kAmplification * sum.relative, .absolute = kAmplification * sum.absolute};
}

/// Windows of 3x3 at stride 1 with any padding up to 3, and images from a single pixel on.
ConvDims any_dims(CaseRandom& random, int most_channels) {
  for (;;) {
    ConvDims d{random.integer(1, 3),
               random.integer(1, 13),
               random.integer(1, 13),
               random.coin() ? random.integer(1, 9) : random.integer(1, most_channels),
               random.coin() ? random.integer(1, 9) : random.integer(1, most_channels),
               {3, 3, 1, 1, {}}};
    d.window.pad = {random.integer(0, 3), random.integer(0, 3), random.integer(0, 3),
                    random.integer(0, 3)};
    if (d.P() > 0 && d.Q() > 0) return d;
  }
}

std::string compare(const ConvDims& d, const std::vector<double>& expected,
                    const std::vector<float>& y, std::int64_t stride) {
  return compare_slice(expected, y, d.K, stride, rounding_of_winograd(9 * d.C + 2));
}

TEST_CASE("Winograd's convolution from and to slices agrees with the reference") {
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  for (const int threads : {1, 2}) {
    CpuStream stream(threads);
    for (int index = 0; index < 300; ++index) {
      CaseRandom random("winograd slices", index);
      const ConvDims d = any_dims(random, 70);
      const Operands operands(d, random);
      const std::int64_t x_stride = d.C + random.integer(0, 5),
                         y_stride = d.K + random.integer(0, 5),
                         residual_stride = d.K + random.integer(0, 5);
      const std::vector<float> x = spread(operands.x, d.C, x_stride, kNaN),
                               residual = spread(operands.residual, d.K, residual_stride, kNaN);
      std::vector<float> y(static_cast<std::size_t>(d.output_size() / d.K * y_stride), kNaN);
      const Filter filter(stream, d.C, d.K, operands.w.data());
      forward(stream, d, {x.data(), x_stride}, filter,
              {pointer(operands.bias), pointer(residual), operands.activation}, residual_stride,
              {y.data(), y_stride});
      const std::string problem = compare(d, operands.reference(d), y, y_stride);
      CHECK_MESSAGE(problem.empty(), threads, " threads, ", str(d), ":", problem);
      count_cases();
    }
  }
}

TEST_CASE(
    "every schedule of Winograd's convolution agrees with the reference, and repeats its bytes") {
  for (const int threads : {1, 2, 3}) {
    CpuStream stream(threads);
    for (int index = 0; index < 100; ++index) {
      CaseRandom random("winograd schedules", index);
      const ConvDims d = any_dims(random, 100);
      const Operands operands(d, random);
      const Tiling tiling{d.N, d.H, d.W, d.P(), d.Q(), d.window.pad.top, d.window.pad.left};
      const bool shares = random.coin();
      const Schedule schedule{shares, random.integer(1, 40),
                              shares ? cpu::panels(d.K) : random.integer(1, 3)};
      std::vector<float> u(static_cast<std::size_t>(FilterLayout{d.C, d.K}.size()));
      transform_filters(stream, d.C, d.K, operands.w.data(), u.data());
      std::vector<float> results[2];
      for (std::vector<float>& y : results) {
        std::vector<float> workspace(static_cast<std::size_t>(schedule.workspace(d.C, threads)));
        y.assign(static_cast<std::size_t>(d.output_size()),
                 std::numeric_limits<float>::quiet_NaN());
        convolve(threads, tiling, schedule, d.C, {operands.x.data(), d.C}, u.data(),
                 {d.K,
                  {y.data(), d.K},
                  pointer(operands.bias),
                  {pointer(operands.residual), d.K},
                  operands.activation},
                 workspace.data());
      }
      const std::string problem = compare(d, operands.reference(d), results[0], d.K);
      CHECK_MESSAGE(problem.empty(), threads, " threads, ", str(d), ":", problem);
      CHECK(results[0] == results[1]);
      count_cases();
    }
  }
}

TEST_CASE("NaN reaches the outputs that read it through Winograd's convolution and ReLU") {
  CpuStream stream(2);
  for (int index = 0; index < 100; ++index) {
    CaseRandom random("winograd NaN", index);
    const ConvDims d = any_dims(random, 40);
    Operands operands(d, random);
    const int n = random.integer(0, d.N - 1), h = random.integer(0, d.H - 1),
              w = random.integer(0, d.W - 1);
    operands.x[static_cast<std::size_t>(((std::int64_t{n} * d.H + h) * d.W + w) * d.C +
                                        random.integer(0, d.C - 1))] =
        std::numeric_limits<float>::quiet_NaN();
    std::vector<float> y(static_cast<std::size_t>(d.output_size()));
    const Filter filter(stream, d.C, d.K, operands.w.data());
    forward(stream, d, {operands.x.data(), d.C}, filter, {nullptr, nullptr, Activation::relu}, 0,
            {y.data(), d.K});
    bool reached = true, stayed = true;
    for (std::int64_t i = 0; i < d.output_size(); ++i) {
      const std::int64_t pixel = i / d.K;
      const int q = static_cast<int>(pixel % d.Q()), p = static_cast<int>(pixel / d.Q() % d.P()),
                image = static_cast<int>(pixel / d.Q() / d.P());
      const int r = h + d.window.pad.top - p, s = w + d.window.pad.left - q;
      const bool reads = image == n && r >= 0 && r < 3 && s >= 0 && s < 3;
      const bool is_nan = std::isnan(y[static_cast<std::size_t>(i)]);
      if (reads && !is_nan) reached = false;
      if (image != n && is_nan) stayed = false;
    }
    CHECK_MESSAGE(reached, str(d));
    CHECK_MESSAGE(stayed, str(d));
    count_cases();
  }
}

/// Dims for which conv_* of the CPU take Winograd's algorithm: a training batch's many tiles, with as few channels
/// as that allows, since the reference computes them one by one.
ConvDims chosen_dims(CaseRandom& random) {
  ConvDims d = any_dims(random, 70);
  d.N = 13;
  d.H = random.integer(53, 60);
  d.W = random.integer(53, 60);
  d.C = random.integer(32, 37);
  d.K = random.integer(32, 37);
  REQUIRE(pays(d));
  return d;
}

TEST_CASE("conv_* of the CPU take Winograd's algorithm where it pays: the same bytes come out") {
  const std::unique_ptr<Device> device = make_cpu_device(2);
  CpuStream stream(2);
  for (int index = 0; index < 10; ++index) {
    CaseRandom random("winograd is taken", index);
    const ConvDims d = chosen_dims(random);
    const Operands operands(d, random);
    const auto dy = random.values(d.output_size());
    const CallResult got = run_on(*device, 0, [&](auto& call) {
      const auto *x = call.in(operands.x), *w = call.in(operands.w), *gradient = call.in(dy);
      const auto epilogue = call.epilogue(operands.bias, operands.residual, operands.activation);
      call.ops().conv_forward(call.stream(), d, x, w, epilogue,
                              call.out("y", d.output_size(), kExact));
      call.ops().conv_input_gradient(call.stream(), d, w, gradient,
                                     call.out("dx", d.input_size(), kExact));
      auto *dw = call.out("dw", d.weight_size(), kExact), *db = call.out("db", d.K, kExact);
      call.ops().conv_weight_gradient(call.stream(), d, x, gradient, dw, db);
    });
    std::vector<float> y(dy.size()), dx(operands.x.size()), dw(operands.w.size()),
        db(static_cast<std::size_t>(d.K));
    forward(stream, d, operands.x.data(), operands.w.data(),
            {pointer(operands.bias), pointer(operands.residual), operands.activation}, y.data());
    input_gradient(stream, d, operands.w.data(), dy.data(), dx.data());
    weight_gradient(stream, d, operands.x.data(), dy.data(), dw.data(), db.data());
    const auto same = [&](const std::string& name, const std::vector<float>& expected) {
      const std::vector<double>& values = got.outputs.at(name).values;
      return std::equal(values.begin(), values.end(), expected.begin(), expected.end());
    };
    CHECK_MESSAGE(same("y", y), str(d));
    CHECK_MESSAGE(same("dx", dx), str(d));
    CHECK_MESSAGE(same("dw", dw), str(d));
    CHECK_MESSAGE(same("db", db), str(d));
    count_cases();
  }
}

/// Runs `body(Case&)` on the devices of the CPU alone.
template <class Body>
void conformance_on_cpu(const std::string& operation, const Body& body) {
  constexpr int kChosenCases = 6;
  Tally tally{.operation = operation + " by Winograd"};
  for (const DeviceUnderTest& entry : devices_under_test()) {
    if (!entry.label.starts_with("cpu")) continue;
    const std::unique_ptr<Device> device = entry.make();
    for (int index = 0; index < kChosenCases; index += entry.one_in) {
      Case current(tally, *device, entry, index);
      body(current);
    }
  }
  if (tally.cases > 0) print(tally);
}

TEST_CASE("conv_forward agrees with the reference where it takes Winograd's algorithm") {
  conformance_on_cpu("conv_forward", [](Case& c) {
    const ConvDims d = chosen_dims(c.random);
    const Operands operands(d, c.random);
    c.check(str(d), [&](auto& call) {
      call.ops().conv_forward(call.stream(), d, call.in(operands.x), call.in(operands.w),
                              call.epilogue(operands.bias, operands.residual, operands.activation),
                              call.out("y", d.output_size(), rounding_of_winograd(9 * d.C + 2)));
    });
  });
}

TEST_CASE("conv_input_gradient agrees with the reference where it takes Winograd's algorithm") {
  conformance_on_cpu("conv_input_gradient", [](Case& c) {
    const ConvDims d = chosen_dims(c.random);
    const auto w = c.random.values(d.weight_size()), dy = c.random.values(d.output_size());
    c.check(str(d), [&](auto& call) {
      call.ops().conv_input_gradient(call.stream(), d, call.in(w), call.in(dy),
                                     call.out("dx", d.input_size(), rounding_of_winograd(9 * d.K)));
    });
  });
}

TEST_CASE("conv_weight_gradient agrees with the reference where it takes Winograd's algorithm") {
  conformance_on_cpu("conv_weight_gradient", [](Case& c) {
    const ConvDims d = chosen_dims(c.random);
    REQUIRE(pays(d));
    const auto x = c.random.values(d.input_size()), dy = c.random.values(d.output_size());
    const bool with_bias = c.random.coin();
    const std::int64_t terms = std::int64_t{d.N} * d.P() * d.Q();
    c.check(str(d), [&](auto& call) {
      auto* db = with_bias ? call.out("db", d.K, rounding_of_sum(terms)) : nullptr;
      call.ops().conv_weight_gradient(call.stream(), d, call.in(x), call.in(dy),
                                      call.out("dw", d.weight_size(), rounding_of_winograd(terms)),
                                      db);
    });
  });
}

/// What is wrong with the gradients, or nothing.
std::string compare(const std::vector<double>& expected, const std::vector<float>& got,
                    Tolerance tolerance) {
  double largest = 0;
  for (const double value : expected) largest = std::max(largest, std::abs(value));
  for (std::size_t i = 0; i < got.size(); ++i)
    if (!(std::abs(got[i] - expected[i]) <= tolerance.relative * largest + tolerance.absolute))
      return " " + std::to_string(got[i]) + " instead of " + std::to_string(expected[i]);
  return "";
}

TEST_CASE(
    "every schedule of Winograd's weight gradient agrees with the reference, and repeats its "
    "bytes") {
  for (const int threads : {1, 2, 3}) {
    CpuStream stream(threads);
    for (int index = 0; index < 100; ++index) {
      CaseRandom random("winograd weight gradient", index);
      const ConvDims d = any_dims(random, 80);
      const auto x = random.values(d.input_size()), dy = random.values(d.output_size());
      const auto expected =
          run_on(reference_device(), 0, [&](auto& call) {
            auto* dw = call.out("dw", d.weight_size(), kExact);
            auto* db = call.out("db", d.K, kExact);
            call.ops().conv_weight_gradient(call.stream(), d, call.in(x), call.in(dy), dw, db);
          }).outputs;
      const WeightGradientSchedule schedule{random.coin(), random.integer(1, 40)};
      std::vector<float> dw[2], db[2];
      for (int i = 0; i < 2; ++i) {
        dw[i].assign(static_cast<std::size_t>(d.weight_size()),
                     std::numeric_limits<float>::quiet_NaN());
        db[i].assign(static_cast<std::size_t>(d.K), std::numeric_limits<float>::quiet_NaN());
        weight_gradient(stream, d, schedule, x.data(), dy.data(), dw[i].data(), db[i].data());
      }
      const std::int64_t terms = std::int64_t{d.N} * d.P() * d.Q();
      const std::string problem =
          compare(expected.at("dw").values, dw[0], rounding_of_winograd(terms)) +
          compare(expected.at("db").values, db[0], rounding_of_sum(terms));
      CHECK_MESSAGE(problem.empty(), threads, " threads, ", str(d), ":", problem);
      CHECK(dw[0] == dw[1]);
      CHECK(db[0] == db[1]);
      count_cases();
    }
  }
}

TEST_CASE("Winograd's input gradient agrees with the reference at any shape") {
  for (const int threads : {1, 2}) {
    CpuStream stream(threads);
    for (int index = 0; index < 150; ++index) {
      CaseRandom random("winograd input gradient", index);
      const ConvDims d = any_dims(random, 70);
      const auto w = random.values(d.weight_size()), dy = random.values(d.output_size());
      const auto expected =
          run_on(reference_device(), 0,
                 [&](auto& call) {
                   call.ops().conv_input_gradient(call.stream(), d, call.in(w), call.in(dy),
                                                  call.out("dx", d.input_size(), kExact));
                 })
              .outputs.at("dx")
              .values;
      std::vector<float> dx(static_cast<std::size_t>(d.input_size()),
                            std::numeric_limits<float>::quiet_NaN());
      input_gradient(stream, d, w.data(), dy.data(), dx.data());
      ConvDims gradient = d;
      std::swap(gradient.C, gradient.K);
      const std::string problem = compare(gradient, expected, dx, d.C);
      CHECK_MESSAGE(problem.empty(), threads, " threads, ", str(d), ":", problem);
      count_cases();
    }
  }
}

}  // namespace
}  // namespace nanopneumo::test
