// Options of a command that set a Config, whose values come from a file where they are not typed.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tools/command_line.h"
#include "train/config.h"

namespace nanopneumo {

class ConfigOptions {
 public:
  explicit ConfigOptions(Command command) : command_(command) {
    defaults_.plateau.emplace();
    defaults_.early_stopping.emplace();
  }

  Command command() const { return command_; }

  /// An option for member(config), a pointer to a member of Config or a function from Config& to a
  /// reference. The help names the default.
  template <class Member>
  Option add(const std::string& name, const Member& member, const std::string& help) {
    using Value = std::remove_reference_t<decltype(std::invoke(member, defaults_))>;
    const auto value = std::make_shared<Value>(std::invoke(member, defaults_));
    const Option option = command_.option(name, *value, help);
    steps_.push_back([=](Config& config) {
      if (option.given()) std::invoke(member, config) = *value;
    });
    return option;
  }

  /// An option whose value is put into a Config by `apply`; `standard` is what the help names.
  template <class Value>
  Option add_value(const std::string& name, const Value& standard, const std::string& help,
                   std::function<void(const Value&, Config&)> apply) {
    const auto value = std::make_shared<Value>(standard);
    const Option option = command_.option(name, *value, help);
    steps_.push_back([=](Config& config) {
      if (option.given()) apply(*value, config);
    });
    return option;
  }

  Option add_flag(const std::string& name, const std::string& help,
                  std::function<void(Config&)> apply) {
    const auto value = std::make_shared<bool>(false);
    const Option option = command_.flag(name, *value, help);
    steps_.push_back([=](Config& config) {
      if (*value) apply(config);
    });
    return option;
  }

  /// Something to be done, or refused, after the options that were added before.
  void then(std::function<void(Config&)> step) { steps_.push_back(std::move(step)); }

  /// After parsing: `base` with what was typed, in the order of the calls above. Throws InputError for
  /// values that no Config can have.
  Config over(Config base) const {
    for (const auto& step : steps_) step(base);
    return base;
  }

 private:
  Command command_;
  Config defaults_;
  std::vector<std::function<void(Config&)>> steps_;
};

}  // namespace nanopneumo
