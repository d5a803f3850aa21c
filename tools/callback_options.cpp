#include "tools/train_options.h"

namespace nanopneumo {
namespace {

void add_schedule_options(ConfigOptions& options) {
  const char* group = "Learning rate (lengths in epochs)";
  const auto schedule = [](auto Schedule::*member) {
    return [=](Config & c) -> auto& { return c.schedule.*member; };
  };
  options
      .add_value<std::string>(
          "--schedule", "constant", "How the learning rate goes",
          [](const std::string& name, Config& c) { c.schedule.kind = Schedule::parse(name); })
      .one_of({"constant", "step", "cosine"})
      .group(group);
  options
      .add("--warm-up", schedule(&Schedule::warm_up_epochs), "How long it rises from 0 before that")
      .group(group);
  options
      .add("--decay-epochs", schedule(&Schedule::decay_epochs),
           "From step to step; of a cosine, until its end (0: that of --epochs)")
      .group(group);
  options.add("--step-factor", schedule(&Schedule::step_factor), "Of each step").group(group);
  options
      .add("--final-fraction", schedule(&Schedule::final_fraction),
           "Of the learning rate, where a cosine ends")
      .group(group);
}

/// The monitor's options for a callback that `--NAME MONITOR` turns on.
template <class Callback>
void add_monitor_options(ConfigOptions& options, const std::string& name, const std::string& help,
                         std::optional<Callback> Config::*callback, const char* group) {
  options
      .add_value<std::string>(name, "", help,
                              [=](const std::string& metric, Config& c) {
                                if (!(c.*callback)) (c.*callback).emplace();
                                (c.*callback)->monitor.metric = metric;
                              })
      .one_of(monitored_metrics())
      .without_default()
      .group(group);
}

/// The option for a member of a callback, which has to be on.
template <class Callback, class Member>
void add_detail(ConfigOptions& options, const std::string& name, const std::string& needed,
                std::optional<Callback> Config::*callback, const Member& member,
                const std::string& help, const char* group) {
  options
      .add(
          name,
          [=](Config & c) -> auto& {
            if (!(c.*callback))
              throw_input_error("{} goes with {}; give {} too, or leave {} away", name, needed,
                                needed, name);
            return std::invoke(member, *(c.*callback));
          },
          help)
      .group(group);
}

template <class Callback>
void add_monitor_details(ConfigOptions& options, const std::string& name,
                         std::optional<Callback> Config::*callback, const char* group) {
  add_detail(
      options, name + "-mode", name, callback,
      [](Callback& c) -> std::string& { return c.monitor.mode; },
      "min or max is better; auto: max for accuracy and AUC", group);
  add_detail(
      options, name + "-min-delta", name, callback,
      [](Callback& c) -> double& { return c.monitor.min_delta; }, "A smaller change is none",
      group);
}

void add_plateau_options(ConfigOptions& options) {
  const char* group = "Lower learning rate on a plateau (Keras' ReduceLROnPlateau)";
  const std::string name = "--plateau";
  const auto callback = &Config::plateau;
  add_monitor_options(options, name, "The figure that should improve", callback, group);
  add_monitor_details(options, name, callback, group);
  add_detail(options, "--plateau-factor", name, callback, &Plateau::factor, "Of the learning rate",
             group);
  add_detail(options, "--plateau-patience", name, callback, &Plateau::patience,
             "Epochs without improvement until then", group);
  add_detail(options, "--plateau-cooldown", name, callback, &Plateau::cooldown,
             "Epochs after it that do not count", group);
  add_detail(options, "--plateau-min-rate", name, callback, &Plateau::min_learning_rate,
             "The learning rate stays above this", group);
}

void add_early_stopping_options(ConfigOptions& options) {
  const char* group = "Early stopping (Keras' EarlyStopping)";
  const std::string name = "--early-stopping";
  const auto callback = &Config::early_stopping;
  add_monitor_options(options, name, "The figure that should improve", callback, group);
  add_monitor_details(options, name, callback, group);
  add_detail(options, "--early-stopping-patience", name, callback, &EarlyStopping::patience,
             "Epochs without improvement until then", group);
  add_detail(options, "--early-stopping-baseline", name, callback, &EarlyStopping::baseline,
             "What it has to be better than, too", group);
  add_detail(options, "--early-stopping-start", name, callback, &EarlyStopping::start_from_epoch,
             "Epochs before that do not count", group);
}

void add_clipping_options(ConfigOptions& options) {
  const char* group = "Gradients (Keras' clipnorm, global_clipnorm, clipvalue)";
  const Command command = options.command();
  const auto add = [&](const char* name, Clipping::Kind kind, const char* help) {
    options
        .add_value<double>(
            name, 0, help,
            [=](const double& limit, Config& c) { c.clipping = {.kind = kind, .limit = limit}; })
        .without_default()
        .group(group);
  };
  add("--clip-norm", Clipping::Kind::norm, "Largest L2 norm of each parameter's gradient");
  add("--clip-global-norm", Clipping::Kind::global_norm, "Largest L2 norm of all of them together");
  add("--clip-value", Clipping::Kind::value, "Largest absolute value of an element");
  options.then([=](Config&) {
    if (command.given("--clip-norm") + command.given("--clip-global-norm") +
            command.given("--clip-value") >
        1)
      throw_input_error(
          "of --clip-norm, --clip-global-norm and --clip-value only one is possible; leave the "
          "others away");
  });
  options
      .add("--accumulate", &Config::accumulate,
           "Batches from which one update is made: the gradient of a larger batch")
      .group(group);
}

}  // namespace

void add_callback_options(ConfigOptions& options) {
  add_schedule_options(options);
  add_plateau_options(options);
  add_early_stopping_options(options);
  add_clipping_options(options);
  options.add_flag("--tensorboard", "Write a TensorBoard event file into the run's folder",
                   [](Config& c) { c.tensorboard = true; });
}

}  // namespace nanopneumo
