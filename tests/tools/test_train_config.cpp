// train's options from a file, schedules and callbacks as they are typed, and what a run writes.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>

#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "tests/tools/sandbox.h"

namespace nanopneumo::test {
namespace {

std::string dumped(const Sandbox& sandbox, Arguments arguments) {
  arguments.insert(arguments.begin(), "train");
  arguments.push_back("--dump-config");
  return sandbox.succeed(arguments).out;
}

}  // namespace

TEST_CASE("a dumped configuration gives itself again, and typed options go first") {
  const Sandbox sandbox;
  const std::string text = dumped(sandbox, {"cnn",     "--batch",
                                            "5",       "--augment",
                                            "paper",   "--shear-range",
                                            "3",       "--schedule",
                                            "cosine",  "--warm-up",
                                            "2",       "--early-stopping",
                                            "val_auc", "--early-stopping-patience",
                                            "3",       "--clip-value",
                                            "0.5",     "--accumulate",
                                            "2",       "--checkpoint-every",
                                            "2.5"});
  for (const char* part :
       {"batch = 5", "shear_range = 3.0", "decay_epochs = 8.0", "monitor = 'val_auc'",
        "patience = 3", "limit = 0.5", "accumulate = 2", "checkpoint_every = 2.5"})
    CHECK_MESSAGE(contains(text, part), part);
  sandbox.write("c.toml", text);
  CHECK(dumped(sandbox, {"--config", "c.toml"}) == text);
  const std::string other = dumped(
      sandbox, {"--config", "c.toml", "--batch", "6", "--augment", "none", "--clip-norm", "1"});
  CHECK(contains(other, "batch = 6"));
  CHECK(contains(other, "shear_range = 0.0"));
  CHECK(contains(other, "kind = 'norm'"));
  CHECK(contains(other, "accumulate = 2"));
  CHECK(sandbox.tree().size() == 1);  // nothing is trained
  count_cases(14);
}

TEST_CASE("a run is trained again from its own configuration") {
  const Sandbox sandbox;
  sandbox.succeed(tiny_training("run", {"--schedule", "step", "--decay-epochs", "1"}));
  sandbox.succeed({"train", "--config", "run/config.toml", "--out", "again"});
  const auto left = reproducible_files(sandbox, "run"),
             right = reproducible_files(sandbox, "again");
  const bool same = left == right;
  CHECK(same);
  for (const char* file : {"log.jsonl", "provenance.toml"})
    CHECK(sandbox.read(std::string("run/") + file) == sandbox.read(std::string("again/") + file));
  count_cases(3);
}

TEST_CASE("options that do not go together are refused by name") {
  const Sandbox sandbox;
  sandbox.write("bogus.toml", "bogus = 1\n");
  sandbox.write("long.toml", std::string(2 << 20, '\n'));
  REQUIRE(::mkfifo(sandbox.path("pipe.toml").c_str(), 0600) == 0);
  const auto refuse = [&](const Arguments& more, const std::vector<std::string>& parts) {
    Arguments arguments{"train", "cnn"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    sandbox.refuse(arguments, parts);
    count_cases();
  };
  refuse({"--config", "bogus.toml"}, {"bogus.toml", "bogus", "remove"});
  refuse({"--config", "none.toml"}, {"none.toml", "does not exist"});
  refuse({"--config", "/dev/zero"}, {"/dev/zero", "not a regular file"});
  refuse({"--config", "pipe.toml"}, {"pipe.toml", "is a pipe"});
  refuse({"--config", "long.toml"}, {"long.toml", "2 MiB large"});
  refuse({"--plateau-factor", "0.5"}, {"--plateau-factor", "--plateau"});
  refuse({"--early-stopping-start", "2"}, {"--early-stopping-start", "--early-stopping"});
  refuse({"--plateau", "f1"}, {"--plateau", "f1"});
  refuse({"--clip-norm", "1", "--clip-value", "1"}, {"--clip-norm", "only one"});
  refuse({"--clip-norm", "0"}, {"--clip-norm", "above 0"});
  refuse({"--schedule", "step"}, {"--decay-epochs"});
  refuse({"--schedule", "cosine", "--warm-up", "10"}, {"--decay-epochs"});
  refuse({"--schedule", "cosine", "--plateau", "loss"}, {"--plateau", "--schedule cosine"});
  refuse({"--accumulate", "0"}, {"--accumulate"});
  refuse({"--checkpoint-every", "-1"}, {"--checkpoint-every", "from 0"});
}

TEST_CASE("a training that diverges names layer and images, and leaves the weights alone") {
  const Sandbox sandbox;
  const Outcome outcome = sandbox.run(tiny_training("run", {"--learning-rate", "1e30"}));
  check_refusal(outcome, {"diverged in step", "not finite", "layer", "run/not_finite.txt"});
  const std::string text = sandbox.read("run/not_finite.txt");
  CHECK(contains(text, "phantom-0000"));
  count_cases();
}

TEST_CASE("--find-lr writes a table and a picture") {
  const Sandbox sandbox;
  CHECK(contains(sandbox.succeed(tiny_training("run", {"--find-lr"})).out, "learning_rates.svg"));
  const std::string csv = sandbox.read("run/learning_rates.csv");
  CHECK(csv.starts_with("learning_rate,loss,smoothed\n1e-07,"));
  CHECK(std::ranges::count(csv, '\n') > 20);
  CHECK(contains(sandbox.read("run/learning_rates.svg"), "<polyline"));
  count_cases(4);
}

}  // namespace nanopneumo::test
