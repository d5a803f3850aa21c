// The command line's commands and options. CLI11 parses it; its headers, which take a compiler long, are
// read by command_line.cpp alone.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace nanopneumo {

/// An option, flag or argument of a command. A handle: the command line owns what it names.
class Option {
 public:
  explicit Option(CLI::Option& option) : option_(&option) {}

  Option required() const;
  Option one_of(std::vector<std::string> values) const;
  Option between(std::int64_t low, std::int64_t high) const;
  /// Takes `low` to `high` values one after the other.
  Option takes(int low, int high) const;
  /// Takes one value each time it is given, so that arguments may follow.
  Option one_each() const;
  /// What the help calls its value.
  Option value_name(const std::string& name) const;
  /// The help names no default.
  Option without_default() const;
  /// The heading above it in the help.
  Option group(const std::string& heading) const;

  /// After parsing: whether it was given.
  bool given() const;
  std::string name() const;

 private:
  CLI::Option* option_;
};

/// A command: `nanopneumo train`. A handle, too.
class Command {
 public:
  explicit Command(CLI::App& app) : app_(&app) {}

  /// A command below this one, which then requires one: `nanopneumo data info`.
  Command command(const std::string& name, const std::string& description) const;

  /// `name` is "--batch", or "IMAGE" for an argument without a name. Parsing sets `value`, whose present
  /// value is the default that the help names. T: one of those listed below.
  template <typename T>
  Option option(const std::string& name, T& value, const std::string& help) const;
  Option flag(const std::string& name, bool& value, const std::string& help) const;
  Option flag(const std::string& name, std::function<void()> when_given,
              const std::string& help) const;

  std::vector<Option> options() const;
  /// After parsing: whether the option of this name was given.
  bool given(const std::string& name) const;

  /// What the command does, called once all of the line is parsed.
  void action(std::function<void()> run) const;
  /// The same for a line that names none of the commands below this one, which may be left out then. To be
  /// called when those have been added.
  void action_without_command(std::function<void()> run) const;

 private:
  CLI::App* app_;
};

/// Parses the line and runs the command that it names, one of those that `add_commands` adds. --help and
/// --version print what they are asked for. Throws InputError for a line that cannot be understood.
void run_command_line(int argc, char** argv, const std::string& description,
                      const std::function<void(Command)>& add_commands);

}  // namespace nanopneumo
