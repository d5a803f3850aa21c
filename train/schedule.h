// How the learning rate goes over a run.
#pragma once

#include <cstdint>
#include <string>

namespace nanopneumo {

/// A linear warm-up, then what `kind` says; all lengths in epochs, parts of one too. It counts the updates
/// of the whole run, also across the epoch in which fine-tuning begins.
struct Schedule {
  enum class Kind { constant, step, cosine };
  Kind kind = Kind::constant;
  double warm_up_epochs = 0;
  double decay_epochs = 0;    ///< step: from one step to the next; cosine: the whole way down
  double step_factor = 0.1;   ///< of one step
  double final_fraction = 0;  ///< of the learning rate, where the cosine ends

  bool operator==(const Schedule&) const = default;

  static Kind parse(const std::string& text);  ///< throws InputError for another name
  std::string name() const;
  /// A cosine without a length ends with the run of `epochs` epochs.
  void settle(int epochs);
  /// Throws InputError for values that make no schedule.
  void validate() const;

  /// The factor of the learning rate for update number `update` (from 0). Warm-up and cosine are
  /// keras.optimizers.schedules.CosineDecay(0, decay_steps, alpha=final_fraction, warmup_target=1,
  /// warmup_steps) (Loshchilov & Hutter 2017, without restarts), the first factor of a warm-up being 0 as
  /// there; step is ExponentialDecay(staircase=True).
  double factor(std::int64_t update, std::int64_t updates_per_epoch) const;
};

}  // namespace nanopneumo
