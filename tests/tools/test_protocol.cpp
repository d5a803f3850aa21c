// nanopneumo train --protocol
#include <doctest/doctest.h>
#include <signal.h>

#include <nlohmann/json.hpp>

#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "tests/tools/phantom_data.h"

namespace nanopneumo::test {
namespace {

namespace fs = std::filesystem;

Arguments honest_training(const std::string& out, const Arguments& more = {}) {
  Arguments arguments = tiny_training(out, {"--data", "data", "--protocol", "honest"});
  for (const std::string& one : more) arguments.push_back(one);
  return arguments;
}

std::size_t rows_with(const std::string& csv, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = csv.find(part); at != std::string::npos; at = csv.find(part, at + 1))
    ++count;
  return count;
}

}  // namespace

TEST_CASE("an honest run validates on training patients and looks at test/ once, at the end") {
  const Sandbox sandbox;
  put_phantoms(sandbox, "data", 50);
  const std::string out = sandbox.succeed(honest_training("run")).out;
  CHECK(contains(out, "32 images from the other patients of train/"));
  CHECK(contains(out, "8 images from 20 % of train/, by patient"));
  CHECK(contains(out, "the test part, looked at once, with epoch 1: 10 images from test/"));
  const auto test = nlohmann::json::parse(sandbox.read("run/test.json"));
  CHECK(test.at("images").size() == 10);
  CHECK(test.at("epoch") == 1);
  const auto& confusion = test.at("metrics").at("confusion");
  std::int64_t correct = confusion.at("true_positives").get<std::int64_t>() +
                         confusion.at("true_negatives").get<std::int64_t>();
  CHECK(test.at("metrics").at("accuracy").at("successes") == correct);
  for (const auto& image : test.at("images"))
    correct -= (image.at("score").get<double>() >= 0.5) == (image.at("label") == 1);
  CHECK(correct == 0);
  const std::string split = sandbox.read("run/split.csv");
  CHECK(rows_with(split, ",train,") == 32);
  CHECK(rows_with(split, ",validation,") == 8);
  CHECK(rows_with(split, ",test,") == 10);
  const std::string config = sandbox.read("run/config.toml");
  CHECK(contains(config, "name = 'honest'"));
  CHECK(contains(config, test.at("split").get<std::string>()));
  // evaluate gives the same figures for the same pictures.
  const std::string evaluated = sandbox.succeed({"evaluate", "run", "--data", "data"}).out;
  CHECK(contains(out, evaluated.substr(evaluated.find("accuracy"))));
  count_cases(4);
}

TEST_CASE("the split depends on --split-seed, not on --seed") {
  const Sandbox sandbox;
  put_phantoms(sandbox, "data", 50);
  const auto split_of = [&](const std::string& run, const Arguments& more) {
    sandbox.succeed(honest_training(run, more));
    return sandbox.read(fs::path(run) / "split.csv");
  };
  const std::string split = split_of("a", {"--seed", "1"});
  CHECK(split_of("b", {"--seed", "2"}) == split);
  CHECK(split_of("c", {"--split-seed", "2"}) != split);
  count_cases(2);
}

TEST_CASE("folds do not look at test/") {
  const Sandbox sandbox;
  put_phantoms(sandbox, "data", 50);
  const std::string out =
      sandbox.succeed(honest_training("run", {"--folds", "4", "--fold", "2"})).out;
  CHECK(contains(out, "10 images from fold 2 of 4 of train/, by patient"));
  CHECK_FALSE(fs::exists(sandbox.path("run/test.json")));
  CHECK(rows_with(sandbox.read("run/split.csv"), "test/") == 0);
  count_cases();
}

TEST_CASE("the paper's protocol is what it was, and writes its split") {
  const Sandbox sandbox;
  put_phantoms(sandbox, "data");
  sandbox.succeed(tiny_training("run", {"--data", "data"}));
  sandbox.succeed(tiny_training("same", {"--data", "data", "--protocol", "paper"}));
  CHECK(reproducible_files(sandbox, "run") == reproducible_files(sandbox, "same"));
  CHECK(rows_with(sandbox.read("run/split.csv"), ",validation,") == 4);
  CHECK_FALSE(fs::exists(sandbox.path("run/test.json")));
  sandbox.succeed(tiny_training("phantoms"));
  CHECK_FALSE(fs::exists(sandbox.path("phantoms/split.csv")));
  count_cases(3);
}

TEST_CASE("an interrupted honest run ends as an uncut one, its test included") {
  const Sandbox sandbox;
  put_phantoms(sandbox, "data", 50);
  Arguments arguments = tiny_training("whole", {"--data", "data", "--batch", "1", "--epochs", "2"});
  arguments.insert(arguments.end(), {"--protocol", "honest"});
  sandbox.succeed(arguments);
  arguments = tiny_training("cut", {"--data", "data", "--batch", "1", "--epochs", "2"});
  arguments.insert(arguments.end(), {"--protocol", "honest"});
  RunOptions options;
  options.interruption = Interruption{has_lines(sandbox.path("cut/steps.csv"), 10), {SIGTERM}};
  CHECK(sandbox.run(arguments, options).exit_code != 0);
  CHECK_FALSE(fs::exists(sandbox.path("cut/test.json")));
  sandbox.succeed({"train", "--resume", "cut"});
  CHECK(reproducible_files(sandbox, "cut") == reproducible_files(sandbox, "whole"));
  CHECK(sandbox.read("cut/test.json") == sandbox.read("whole/test.json"));
  CHECK(sandbox.read("cut/split.csv") == sandbox.read("whole/split.csv"));
  // Killed between its last epoch and the test: the test is made up for.
  fs::remove(sandbox.path("cut/test.json"));
  sandbox.succeed({"train", "--resume", "cut"});
  CHECK(sandbox.read("cut/test.json") == sandbox.read("whole/test.json"));
  // Afterwards nothing more is learned.
  sandbox.refuse({"train", "--resume", "cut", "--epochs", "3"}, {"cut/test.json", "new run"});
  CHECK(contains(sandbox.succeed({"train", "--resume", "cut"}).out, "is finished"));
  sandbox.refuse({"train", "--resume", "cut", "--protocol", "paper"}, {"--protocol"});
  count_cases(4);
}

TEST_CASE("a run whose files have changed cannot go on") {
  const Sandbox sandbox;
  put_phantoms(sandbox, "data", 50);
  sandbox.succeed(honest_training("run", {"--folds", "4", "--fold", "1"}));
  fs::rename(sandbox.path("data/train/NORMAL/phantom-000000.png"),
             sandbox.path("data/train/NORMAL/person1_virus_1.png"));
  sandbox.refuse({"train", "--resume", "run", "--epochs", "2"}, {"data", "split.csv"});
}

TEST_CASE("options of a protocol that do not go together") {
  const Sandbox sandbox;
  put_phantoms(sandbox, "data");
  const auto refuse = [&](const Arguments& more, const std::vector<std::string>& parts) {
    sandbox.refuse(tiny_training("run", more), parts);
  };
  refuse({"--protocol", "honest"}, {"--data"});
  refuse({"--data", "data", "--folds", "3", "--fold", "1"}, {"--protocol honest"});
  refuse({"--data", "data", "--protocol", "fair"}, {"--protocol"});
  refuse({"--data", "data", "--protocol", "honest", "--folds", "3"},
         {"--folds 3", "--fold 1 to --fold 3"});

  refuse({"--data", "data", "--protocol", "honest", "--folds", "3", "--fold", "4"},
         {"--fold 4", "one of the 3"});
  refuse({"--data", "data", "--protocol", "honest", "--folds", "50", "--fold", "4"},
         {"class NORMAL", "8 patients"});
}

}  // namespace nanopneumo::test
