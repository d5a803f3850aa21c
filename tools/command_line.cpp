#include "tools/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "tensor/errors.h"

namespace nanopneumo {
namespace {

/// A shell variable that is not set is no value: no option takes an empty one.
void refuse_empty_values(CLI::App& app) {
  for (CLI::Option* option : app.get_options())
    if (option->get_items_expected_max() > 0)
      option->check([](const std::string& value) {
        return value.empty() ? std::string("an empty value is not possible") : std::string();
      });
  for (CLI::App* command : app.get_subcommands({})) refuse_empty_values(*command);
}

/// The option of the commands that were typed that has more values than it takes; null where there is none.
const CLI::Option* find_overfull(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    const int most = std::max(1, option->get_items_expected_max());
    if (option->count() > static_cast<std::size_t>(most)) return option;
  }
  for (const CLI::App* command : app.get_subcommands())
    if (const CLI::Option* option = find_overfull(*command)) return option;
  return nullptr;
}

/// Throws InputError for an option that is given more than once.
void refuse_repeated(const CLI::App& app) {
  const CLI::Option* option = find_overfull(app);
  if (!option) return;
  const int most = std::max(1, option->get_items_expected_max());
  if (most > 1)
    throw_input_error("{} has {} values and takes {}; give it once", option->get_name(),
                      option->count(), most);
  throw_input_error(
      "{} is given {}; give it once", option->get_name(),
      option->count() == 2 ? std::string("twice") : fmt::format("{} times", option->count()));
}

void parse(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    app.exit(success);
  } catch (const CLI::RequiredError& error) {
    // An unknown word is why something seems to be missing.
    if (const std::vector<std::string> unknown = app.remaining(/*recurse=*/true); !unknown.empty())
      throw_input_error("there is no command or option {}; see --help", unknown.front());
    throw_input_error("{}; see --help", error.what());
  } catch (const CLI::ArgumentMismatch& error) {
    refuse_repeated(app);
    throw_input_error("{}; see --help", error.what());
  } catch (const CLI::ParseError& error) {
    throw_input_error("{}; see --help", error.what());
  }
}

}  // namespace

Option Option::required() const {
  option_->required();
  return *this;
}

Option Option::one_of(std::vector<std::string> values) const {
  option_->check(CLI::IsMember(std::move(values)));
  return *this;
}

Option Option::between(std::int64_t low, std::int64_t high) const {
  option_->check(CLI::Range(low, high));
  return *this;
}

Option Option::takes(int low, int high) const {
  option_->expected(low, high);
  return *this;
}

Option Option::one_each() const {
  option_->allow_extra_args(false);
  return *this;
}

Option Option::value_name(const std::string& name) const {
  option_->type_name(name);
  return *this;
}

Option Option::without_default() const {
  option_->default_str("");
  return *this;
}

Option Option::group(const std::string& heading) const {
  option_->group(heading);
  return *this;
}

bool Option::given() const { return option_->count() > 0; }

std::string Option::name() const { return option_->get_name(); }

Command Command::command(const std::string& name, const std::string& description) const {
  app_->require_subcommand(1);
  return Command(*app_->add_subcommand(name, description));
}

template <typename T>
Option Command::option(const std::string& name, T& value, const std::string& help) const {
  return Option(*app_->add_option(name, value, help));
}

template Option Command::option(const std::string&, int&, const std::string&) const;
template Option Command::option(const std::string&, std::int64_t&, const std::string&) const;
template Option Command::option(const std::string&, std::uint64_t&, const std::string&) const;
template Option Command::option(const std::string&, double&, const std::string&) const;
template Option Command::option(const std::string&, std::string&, const std::string&) const;
template Option Command::option(const std::string&, std::optional<int>&, const std::string&) const;
template Option Command::option(const std::string&, std::optional<double>&,
                                const std::string&) const;
template Option Command::option(const std::string&, std::vector<double>&, const std::string&) const;
template Option Command::option(const std::string&, std::vector<std::string>&,
                                const std::string&) const;

Option Command::flag(const std::string& name, bool& value, const std::string& help) const {
  return Option(*app_->add_flag(name, value, help));
}

Option Command::flag(const std::string& name, std::function<void()> when_given,
                     const std::string& help) const {
  return Option(*app_->add_flag_callback(name, std::move(when_given), help));
}

std::vector<Option> Command::options() const {
  std::vector<Option> options;
  for (CLI::Option* option : app_->get_options()) options.emplace_back(*option);
  return options;
}

bool Command::given(const std::string& name) const { return app_->count(name) > 0; }

void Command::action(std::function<void()> run) const { app_->callback(std::move(run)); }

void Command::action_without_command(std::function<void()> run) const {
  app_->require_subcommand(0, 1);
  app_->callback([app = app_, run = std::move(run)] {
    if (app->get_subcommands().empty()) run();
  });
}

void run_command_line(int argc, char** argv, const std::string& description,
                      const std::function<void(Command)>& add_commands) {
  CLI::App app(description, "nanopneumo");
  app.set_version_flag("--version", "nanopneumo " NANOPNEUMO_VERSION, "Print the version and stop");
  app.require_subcommand(1);
  app.get_formatter()->column_width(36);
  app.option_defaults()->always_capture_default();
  add_commands(Command(app));
  refuse_empty_values(app);
  parse(app, argc, argv);
}

}  // namespace nanopneumo
