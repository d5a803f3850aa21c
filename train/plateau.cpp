#include "train/plateau.h"

#include <algorithm>
#include <cmath>

#include "tensor/errors.h"

namespace nanopneumo {

void Plateau::validate() const {
  monitor.validate("--plateau");
  const auto require = [](bool condition, const char* option, double value, const char* range) {
    if (!condition)
      throw_input_error("{} {} is not possible; give a value {}", option, value, range);
  };
  require(factor > 0 && factor < 1, "--plateau-factor", factor, "between 0 and 1");
  require(patience >= 0, "--plateau-patience", patience, "from 0");
  require(cooldown >= 0, "--plateau-cooldown", cooldown, "from 0");
  require(min_learning_rate >= 0 && std::isfinite(min_learning_rate), "--plateau-min-rate",
          min_learning_rate, "from 0, and finite");
}

void after_epoch(const Plateau& plateau, double value, PlateauState& state) {
  if (state.cooldown > 0) {
    --state.cooldown;
    state.wait = 0;
  }
  if (plateau.monitor.improves(value, state.best)) {
    state.best = value;
    state.wait = 0;
    return;
  }
  if (state.cooldown > 0 || ++state.wait < plateau.patience) return;
  const auto rate = static_cast<float>(state.learning_rate);
  if (!(rate > static_cast<float>(plateau.min_learning_rate))) return;
  state.learning_rate =
      std::max(static_cast<double>(rate) * plateau.factor, plateau.min_learning_rate);
  state.cooldown = plateau.cooldown;
  state.wait = 0;
}

}  // namespace nanopneumo
