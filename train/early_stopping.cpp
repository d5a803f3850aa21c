#include "train/early_stopping.h"

#include <cmath>

#include "tensor/errors.h"

namespace nanopneumo {

void EarlyStopping::validate() const {
  monitor.validate("--early-stopping");
  if (patience < 0)
    throw_input_error("--early-stopping-patience {} is not possible; give a value from 0",
                      patience);
  if (start_from_epoch < 0)
    throw_input_error("--early-stopping-start {} is not possible; give a value from 0",
                      start_from_epoch);
  if (baseline && !std::isfinite(*baseline))
    throw_input_error("--early-stopping-baseline {} is not possible; give a finite number",
                      *baseline);
}

bool after_epoch(const EarlyStopping& stopping, std::int64_t epoch, double value,
                 EarlyStoppingState& state) {
  if (epoch < stopping.start_from_epoch) return false;
  ++state.wait;
  if (stopping.monitor.improves(value, state.best)) {
    state.best = value;
    // Without a baseline improves() says yes.
    if (stopping.monitor.improves(value, stopping.baseline)) state.wait = 0;
    return false;
  }
  return state.wait >= stopping.patience && epoch > 0;
}

}  // namespace nanopneumo
