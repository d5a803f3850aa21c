#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tensor/errors.h"

namespace nanopneumo {

Schedule::Kind Schedule::parse(const std::string& text) {
  if (text == "constant") return Kind::constant;
  if (text == "step") return Kind::step;
  if (text == "cosine") return Kind::cosine;
  throw_input_error("--schedule {} is not possible; give constant, step or cosine", text);
}

std::string Schedule::name() const {
  switch (kind) {
    case Kind::step:
      return "step";
    case Kind::cosine:
      return "cosine";
    case Kind::constant:
      break;
  }
  return "constant";
}

void Schedule::settle(int epochs) {
  if (kind == Kind::cosine && decay_epochs == 0) decay_epochs = epochs - warm_up_epochs;
}

void Schedule::validate() const {
  const auto require = [](bool condition, const char* option, double value, const char* range) {
    if (!condition)
      throw_input_error("{} {} is not possible; give a value {}", option, value, range);
  };
  require(warm_up_epochs >= 0 && warm_up_epochs <= 1e5, "--warm-up", warm_up_epochs,
          "from 0 to 100000");
  require(step_factor > 0 && step_factor <= 1, "--step-factor", step_factor, "above 0, at most 1");
  require(final_fraction >= 0 && final_fraction <= 1, "--final-fraction", final_fraction,
          "from 0 to 1");
  if (kind == Kind::constant) {
    if (decay_epochs != 0)
      throw_input_error(
          "--decay-epochs goes with --schedule step or cosine; give one, or leave "
          "--decay-epochs away");
    return;
  }
  require(decay_epochs > 0 && decay_epochs <= 1e5, "--decay-epochs", decay_epochs,
          "above 0, at most 100000 (a warm-up must leave a cosine some of the epochs)");
}

double Schedule::factor(std::int64_t update, std::int64_t updates_per_epoch) const {
  const auto updates = [&](double epochs) {
    return std::round(epochs * static_cast<double>(updates_per_epoch));
  };
  const double warm_up = updates(warm_up_epochs);
  const double since_start = static_cast<double>(update);
  if (since_start < warm_up) return since_start / warm_up;
  const double since = since_start - warm_up;
  const double decay = std::max(updates(decay_epochs), 1.0);
  switch (kind) {
    case Kind::step:
      return std::pow(step_factor, std::floor(since / decay));
    case Kind::cosine: {
      const double done = std::min(since / decay, 1.0);
      return (1 - final_fraction) * 0.5 * (1 + std::cos(std::numbers::pi * done)) + final_fraction;
    }
    case Kind::constant:
      break;
  }
  return 1;
}

}  // namespace nanopneumo
