#include "tests/tools/sandbox.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "tests/support/file_content.h"

namespace nanopneumo::test {
namespace {

namespace fs = std::filesystem;

std::string joined(const Arguments& arguments) {
  std::string text = "nanopneumo";
  for (const std::string& argument : arguments) text += ' ' + argument;
  return text;
}

/// Whether a sentence ends and another begins. By hand: under the sanitizers GCC 12 takes std::regex
/// for uninitialised.
bool has_second_sentence(std::string_view text) {
  for (std::size_t end = text.find(". "); end != std::string_view::npos;
       end = text.find(". ", end + 1))
    if (end + 2 < text.size() && std::isupper(static_cast<unsigned char>(text[end + 2])))
      return true;
  return false;
}

}  // namespace

void check_refusal(const Outcome& outcome, const std::vector<std::string>& parts) {
  INFO("stderr: ", outcome.err);
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.signal == 0);
  CHECK(outcome.err.starts_with("nanopneumo: "));
  CHECK(std::ranges::count(outcome.err, '\n') == 1);
  CHECK(outcome.err.ends_with('\n'));
  CHECK(outcome.err.size() < 700);
  CHECK_FALSE(has_second_sentence(outcome.err));
  const std::string sentence = outcome.err.substr(std::min<std::size_t>(12, outcome.err.size()));
  // The remedy stands behind a colon or semicolon.
  CHECK((contains(sentence, "; ") || contains(sentence, ": ")));
  for (const std::string& part : parts) {
    INFO("expected in it: ", part);
    CHECK(contains(outcome.err, part));
  }
  count_cases();
}

Outcome Sandbox::run(const Arguments& arguments, RunOptions options) const {
  options.folder = path();
  // What the user of this machine has fetched is not for tests.
  options.environment.try_emplace("NANOPNEUMO_HOME", path("home").string());
  Outcome outcome = run_program(arguments, options);
  INFO(joined(arguments));
  CHECK_FALSE(outcome.timed_out);
  return outcome;
}

Outcome Sandbox::succeed(const Arguments& arguments, RunOptions options) const {
  Outcome outcome = run(arguments, std::move(options));
  INFO(joined(arguments));
  INFO("stderr: ", outcome.err);
  REQUIRE(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
  count_cases();
  return outcome;
}

Outcome Sandbox::refuse(const Arguments& arguments, const std::vector<std::string>& parts,
                        RunOptions options) const {
  const auto before = tree();
  Outcome outcome = run(arguments, std::move(options));
  INFO(joined(arguments));
  check_refusal(outcome, parts);
  const bool nothing_changed = before == tree();
  CHECK(nothing_changed);
  return outcome;
}

std::map<std::string, std::string> Sandbox::tree(const fs::path& name) const {
  std::map<std::string, std::string> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path(name))) {
    const std::string relative = entry.path().lexically_relative(path(name));
    const bool is_file = fs::is_regular_file(entry.symlink_status());
    files[relative] = is_file ? file_content(entry.path()) : "";
  }
  return files;
}

Arguments tiny_training(const std::string& out, const Arguments& more) {
  Arguments arguments{"train",   "cnn", "--image-size", "46", "--phantoms", "12",
                      "--batch", "4",   "--epochs",     "1",  "--threads",  "1"};
  if (!out.empty()) arguments.insert(arguments.end(), {"--out", out});
  for (std::size_t i = 0; i < more.size(); ++i) {
    const auto given = std::ranges::find(arguments, more[i]);
    const bool replaces = more[i].starts_with("--") && given != arguments.end();
    if (replaces)
      *(given + 1) = more[++i];
    else
      arguments.push_back(more[i]);
  }
  return arguments;
}

std::map<std::string, std::string> reproducible_files(const Sandbox& sandbox,
                                                      const std::string& run) {
  std::map<std::string, std::string> files;
  for (const char* name : {"log.csv", "steps.csv", "best.safetensors", "last.safetensors"}) {
    files[name] = sandbox.read(fs::path(run) / name);
    CHECK_FALSE(files[name].empty());
  }
  return files;
}

}  // namespace nanopneumo::test
