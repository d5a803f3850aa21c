// Learning-rate schedules and callbacks against what Keras did.
#include <doctest/doctest.h>

#include <cmath>

#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "tests/train/callback_table.h"
#include "train/schedule.h"

namespace nanopneumo::test {
namespace {

constexpr double kFloat32 = 3e-7;  // Keras computes these in float32

bool close(double found, double expected, double tolerance) {
  return std::abs(found - expected) <= tolerance;
}

TEST_CASE("ReduceLROnPlateau gives Keras' learning rates") {
  for (const PlateauCase& c : plateau_cases()) {
    PlateauState state{.learning_rate = 1e-3};
    REQUIRE(c.values.size() == c.rates.size());
    for (std::size_t epoch = 0; epoch < c.values.size(); ++epoch) {
      after_epoch(c.plateau, c.values[epoch], state);
      CHECK_MESSAGE(close(state.learning_rate, c.rates[epoch], kFloat32 * c.rates[epoch]),
                    "epoch " << epoch << ": " << state.learning_rate);
      count_cases();
    }
  }
}

TEST_CASE("EarlyStopping stops where Keras does") {
  for (const EarlyStoppingCase& c : early_stopping_cases()) {
    EarlyStoppingState state;
    int last = -1;
    for (std::size_t epoch = 0; epoch < c.values.size() && last < 0; ++epoch)
      if (after_epoch(c.stopping, static_cast<std::int64_t>(epoch), c.values[epoch], state))
        last = static_cast<int>(epoch);
    CHECK(last == c.last_epoch);
    count_cases();
  }
}

TEST_CASE("A NaN is no improvement") {
  EarlyStoppingState state{.best = 1.0};
  const EarlyStopping stopping = early_stopping("min", 0, 2, std::nullopt, 0);
  CHECK_FALSE(after_epoch(stopping, 4, NAN, state));
  CHECK(after_epoch(stopping, 5, NAN, state));
  CHECK(state.best == 1.0);
  count_cases();
}

/// keras.optimizers.schedules.CosineDecay(0, decay, alpha, warmup_target=1, warmup_steps)(0, 1, ...);
/// without warm-up CosineDecay(1, decay, alpha).
struct CosineCase {
  int warm_up, decay;
  double alpha;
  std::vector<double> factors;
};

const CosineCase kCosineCases[] = {
    {0,
     10,
     0.0,
     {1, 0.97552824, 0.904508471, 0.793892622, 0.654508471, 0.49999997, 0.345491409, 0.206107408,
      0.0954914689, 0.0244717598, 0, 0, 0, 0}},
    {5, 20, 0.1, {0,           0.200000003, 0.400000006, 0.600000024, 0.800000012, 1,
                  0.994459748, 0.977975428, 0.950952888, 0.914057612, 0.868198097, 0.814503372,
                  0.754295707, 0.689057648, 0.620395541, 0.549999952, 0.479604453, 0.410942256,
                  0.345704317, 0.285496652, 0.231801957, 0.185942322, 0.149047032, 0.122024581,
                  0.105540238, 0.100000001, 0.100000001, 0.100000001, 0.100000001}},
    {8, 12, 0.0, {0,
                  0.125,
                  0.25,
                  0.375,
                  0.5,
                  0.625,
                  0.75,
                  0.875,
                  1,
                  0.982962906,
                  0.933012724,
                  0.853553414,
                  0.75,
                  0.629409552,
                  0.49999997,
                  0.370590478,
                  0.24999997,
                  0.146446615,
                  0.0669873059,
                  0.0170370638,
                  0,
                  0,
                  0,
                  0}},
};

TEST_CASE("The cosine with and without warm-up is Keras'") {
  for (const CosineCase& c : kCosineCases) {
    const Schedule schedule{.kind = Schedule::Kind::cosine,
                            .warm_up_epochs = c.warm_up / 2.0,
                            .decay_epochs = c.decay / 2.0,
                            .final_fraction = c.alpha};
    for (std::size_t update = 0; update < c.factors.size(); ++update) {
      const double found = schedule.factor(static_cast<std::int64_t>(update), 2);
      CHECK_MESSAGE(close(found, c.factors[update], kFloat32),
                    "update " << update << ": " << found);
      count_cases();
    }
  }
}

TEST_CASE("Steps are Keras' ExponentialDecay with staircase") {
  // ExponentialDecay(1, 4, 0.3, staircase=True)
  const std::vector<double> factors{1,
                                    1,
                                    1,
                                    1,
                                    0.300000012,
                                    0.300000012,
                                    0.300000012,
                                    0.300000012,
                                    0.0900000036,
                                    0.0900000036,
                                    0.0900000036,
                                    0.0900000036,
                                    0.0270000026,
                                    0.0270000026};
  const Schedule schedule{.kind = Schedule::Kind::step, .decay_epochs = 1, .step_factor = 0.3};
  for (std::size_t update = 0; update < factors.size(); ++update) {
    CHECK(close(schedule.factor(static_cast<std::int64_t>(update), 4), factors[update], kFloat32));
    count_cases();
  }
}

TEST_CASE("A cosine without a length ends with the run") {
  Schedule schedule{.kind = Schedule::Kind::cosine, .warm_up_epochs = 2};
  schedule.settle(10);
  CHECK(schedule.decay_epochs == 8);
  CHECK(schedule.factor(10 * 7, 7) == 0);
  CHECK(schedule.factor(10 * 7 - 1, 7) > 0);
  count_cases();
}

TEST_CASE("Schedules and callbacks that are not possible are refused by option") {
  const auto refused = [](const auto& what, const char* part) {
    CHECK_MESSAGE(contains(input_error_of([&] { what.validate(); }), part), part);
    count_cases();
  };
  using Kind = Schedule::Kind;
  refused(Schedule{.kind = Kind::step}, "--decay-epochs");
  refused(Schedule{.decay_epochs = 1}, "--schedule");
  refused(Schedule{.warm_up_epochs = -1}, "--warm-up");
  refused(Schedule{.kind = Kind::step, .decay_epochs = 1, .step_factor = 0}, "--step-factor");
  refused(Schedule{.final_fraction = NAN}, "--final-fraction");
  const auto refused_with = [&](auto callback, const auto& change, const char* part) {
    change(callback);
    refused(callback, part);
  };
  refused_with(
      Plateau(), [](Plateau& p) { p.factor = 1; }, "--plateau-factor");
  refused_with(
      Plateau(), [](Plateau& p) { p.patience = -1; }, "--plateau-patience");
  refused_with(
      Plateau(), [](Plateau& p) { p.monitor.metric = "f1"; }, "--plateau f1");
  refused_with(
      Plateau(), [](Plateau& p) { p.monitor.mode = "up"; }, "--plateau-mode up");
  using Stop = EarlyStopping;
  refused_with(
      Stop(), [](Stop& s) { s.patience = -1; }, "--early-stopping-patience");
  refused_with(
      Stop(), [](Stop& s) { s.baseline = NAN; }, "--early-stopping-baseline");
  refused_with(
      Stop(), [](Stop& s) { s.monitor.min_delta = INFINITY; }, "--early-stopping-min-delta");
}

}  // namespace
}  // namespace nanopneumo::test
