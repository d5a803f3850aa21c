// Interrupted runs, and going on with them.
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <random>

#include "kernels/cpu/cpu_features.h"
#include "tensor/device_options.h"
#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "tests/tools/phantom_data.h"

namespace nanopneumo::test {
namespace {

namespace fs = std::filesystem;

constexpr int kEpochs = 3;
constexpr std::size_t kStepsPerEpoch = 24;

/// A training long enough to be interrupted: 72 steps of one picture.
Arguments longer_training(const std::string& out) {
  return tiny_training(out, {"--phantoms", "24", "--batch", "1", "--epochs",
                             std::to_string(kEpochs), "--augment", "paper"});
}

RunOptions signalled(std::function<bool()> when, std::vector<int> signals) {
  RunOptions options;
  options.interruption = Interruption{std::move(when), std::move(signals)};
  return options;
}

void check_same_run(const Sandbox& sandbox, const std::string& run, const std::string& whole) {
  const auto left = reproducible_files(sandbox, run), right = reproducible_files(sandbox, whole);
  for (const auto& file : left) {
    INFO(file.first);
    const bool same = file.second == right.at(file.first);
    CHECK(same);
  }
  count_cases();
}

void replace_in(const Sandbox& sandbox, const fs::path& file, const std::string& from,
                const std::string& to) {
  std::string text = sandbox.read(file);
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  sandbox.write(file, text.replace(at, from.size(), to));
}

/// A run that is there to be damaged.
struct FinishedRun {
  FinishedRun() {
    put_phantoms(sandbox, "data");
    sandbox.succeed(tiny_training("run", {"--data", "data"}));
    pristine = sandbox.tree("run");
  }
  void restore() const {
    for (const auto& [name, content] : pristine) sandbox.write(fs::path("run") / name, content);
  }
  void refuse(const std::vector<std::string>& parts, const Arguments& more = {}) const {
    Arguments arguments{"train", "--resume", "run"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    sandbox.refuse(arguments, parts);
  }

  Sandbox sandbox;
  std::map<std::string, std::string> pristine;
};

}  // namespace

TEST_CASE("a run stopped by SIGINT or SIGTERM goes on as if it had not been") {
  const Sandbox sandbox;
  sandbox.succeed(longer_training("whole"));
  int stopped_after_rows = 4;  // in the first epoch, in the second
  for (const int signal : {SIGINT, SIGTERM}) {
    const std::string run = "run" + std::to_string(signal);
    const auto rows = static_cast<std::size_t>(stopped_after_rows);
    const Outcome stopped =
        sandbox.run(longer_training(run),
                    signalled(has_lines(sandbox.path(run) / "steps.csv", rows), {signal}));
    CHECK(stopped.exit_code == 128 + signal);
    CHECK(contains(stopped.out, "nanopneumo train --resume " + run));
    CHECK(stopped.err.empty());
    CHECK(fs::exists(sandbox.path(run) / "last.safetensors"));
    CHECK(contains(sandbox.succeed({"train", "--resume", run}).out, "resuming after epoch"));
    check_same_run(sandbox, run, "whole");
    stopped_after_rows += kStepsPerEpoch;
  }
}

TEST_CASE("a run may be stopped again and again") {
  const Sandbox sandbox;
  sandbox.succeed(longer_training("whole"));
  Arguments arguments = longer_training("run");
  int exit_code = 0, stops = 0;
  do {
    const std::string steps = sandbox.read("run/steps.csv");
    const auto lines = static_cast<std::size_t>(std::ranges::count(steps, '\n'));
    const Outcome outcome = sandbox.run(
        arguments, signalled(has_lines(sandbox.path("run/steps.csv"), lines + 12), {SIGINT}));
    exit_code = outcome.exit_code;
    arguments = {"train", "--resume", "run"};
  } while (exit_code == 130 && ++stops < 40);
  CHECK(exit_code == 0);
  CHECK(stops >= 2);
  check_same_run(sandbox, "run", "whole");
}

TEST_CASE("a signal during the test part leaves the test owed") {
  const Sandbox sandbox;
  put_phantoms(sandbox, "data", 200);
  const auto honest = [](const char* out) {
    return tiny_training(out, {"--data", "data", "--protocol", "honest", "--batch", "1"});
  };
  sandbox.succeed(honest("whole"));
  const Outcome stopped =
      sandbox.run(honest("run"), signalled(has_lines(sandbox.path("run/log.csv"), 2), {SIGINT}));
  CHECK(stopped.exit_code == 130);
  CHECK(contains(stopped.out, "test part is still owed"));
  CHECK(contains(stopped.out, "nanopneumo train --resume run"));
  CHECK(stopped.err.empty());
  CHECK_FALSE(fs::exists(sandbox.path("run/test.json")));
  const std::string out = sandbox.succeed({"train", "--resume", "run"}).out;
  CHECK(contains(out, "owes its test"));
  CHECK(contains(out, "looked at once"));
  CHECK(sandbox.read("run/test.json") == sandbox.read("whole/test.json"));
  check_same_run(sandbox, "run", "whole");
}

TEST_CASE("a signal among the learning rates leaves the folder for another try") {
  const Sandbox sandbox;
  const Arguments arguments = tiny_training("run", {"--find-lr"});
  const Outcome stopped =
      sandbox.run(arguments, signalled(is_there(sandbox.path("run/run.json")), {SIGTERM}));
  CHECK(stopped.exit_code == 128 + SIGTERM);
  CHECK(contains(stopped.out, "the same command begins anew"));
  CHECK(sandbox.tree("run").empty());
  sandbox.succeed(arguments);
}

TEST_CASE("a second signal ends the program at once") {
  const Sandbox sandbox;
  // A step of these takes longer than the pause between the signals.
  const Arguments slow = tiny_training(
      "run", {"--image-size", "128", "--phantoms", "64", "--batch", "64", "--epochs", "50"});
  const Outcome outcome =
      sandbox.run(slow, signalled(has_lines(sandbox.path("run/steps.csv"), 2), {SIGINT, SIGINT}));
  CHECK(outcome.exit_code == -1);
  CHECK(outcome.signal == SIGINT);
  count_cases();
}

TEST_CASE("a killed run goes on from its last checkpoint, or says that it has none") {
  const Sandbox sandbox;
  sandbox.succeed(longer_training("whole"));
  std::mt19937 random(1);
  for (int i = 0; i < 20; ++i) {
    const std::string run = "run" + std::to_string(i);
    const std::size_t lines = 1 + random() % (kEpochs * kStepsPerEpoch);
    const Outcome killed =
        sandbox.run(longer_training(run),
                    signalled(has_lines(sandbox.path(run) / "steps.csv", lines), {SIGKILL}));
    if (killed.succeeded()) continue;  // the signal came too late
    CHECK(killed.signal == SIGKILL);
    if (!fs::exists(sandbox.path(run) / "last.safetensors")) {
      sandbox.refuse({"train", "--resume", run}, {run, "no checkpoint", "new run"});
      continue;
    }
    sandbox.succeed({"train", "--resume", run});
    check_same_run(sandbox, run, "whole");
    CHECK(sandbox.tree(run).size() == 11);  // no temporary file is left
  }
}

TEST_CASE(
    "a run that is killed within its first epoch goes on from the state that it saved there") {
  const Sandbox sandbox;
  sandbox.succeed(longer_training("whole"));
  Arguments arguments = longer_training("run");
  arguments.insert(arguments.end(), {"--checkpoint-every", "1e-6"});
  const Outcome killed =
      sandbox.run(arguments, signalled(has_lines(sandbox.path("run/steps.csv"), 12), {SIGKILL}));
  CHECK(killed.signal == SIGKILL);
  CHECK_FALSE(fs::exists(sandbox.path("run/best.safetensors")));
  const std::string config = sandbox.read("run/config.toml");
  const std::string out = sandbox.succeed({"train", "--resume", "run"}).out;
  CHECK(contains(out, "resuming after epoch 0 and "));
  CHECK_FALSE(contains(out, "resuming after epoch 0 and 0 batches"));
  CHECK(sandbox.read("run/config.toml") == config);
  check_same_run(sandbox, "run", "whole");
}

TEST_CASE("a resumed run mends what it lost of its best epoch and its facts") {
  const Sandbox sandbox;
  put_phantoms(sandbox, "data");
  sandbox.succeed(tiny_training("run", {"--data", "data"}));
  const std::map<std::string, std::string> whole = sandbox.tree("run");
  const std::string predictions = sandbox.read("run/predictions.csv");
  sandbox.write("run/predictions.csv", predictions.substr(0, predictions.size() / 2));
  sandbox.write("run/run.json", "{");
  fs::remove(sandbox.path("run/split.csv"));
  // The second epoch must not be the better one, which would write its own.
  const std::string out = sandbox.succeed({"train", "--resume", "run", "--epochs", "2"}).out;
  for (const char* file : {"run.json", "split.csv"}) {
    CHECK(contains(out, std::string(file) + " was lost or damaged and is written anew"));
    CHECK(sandbox.read(std::string("run/") + file) == whole.at(file));
  }
  CHECK(contains(out, "predictions.csv was lost or damaged"));
  sandbox.succeed({"evaluate", "run", "--data", "data", "--threshold", "youden"});
  sandbox.succeed({"report", "run", "--out", "report.html"});
  count_cases();
}

TEST_CASE("logs that have lost lines are not gone on with") {
  const Sandbox sandbox;
  sandbox.succeed(tiny_training("run", {"--epochs", "2"}));
  for (const char* log : {"run/log.csv", "run/log.jsonl", "run/steps.csv", "run/timing.csv"}) {
    const std::string text = sandbox.read(log);
    sandbox.write(log, text.substr(0, text.size() - 2));
    sandbox.refuse({"train", "--resume", "run", "--epochs", "3"}, {log, "restore it"});
    fs::remove(sandbox.path(log));
    sandbox.refuse({"train", "--resume", "run", "--epochs", "3"}, {log, "restore it"});
    sandbox.write(log, text);
    count_cases();
  }
  sandbox.succeed({"train", "--resume", "run", "--epochs", "3"});
}

TEST_CASE("what a killed writer left is swept away") {
  const Sandbox sandbox;
  sandbox.succeed(tiny_training("run"));
  sandbox.write("run/.nanopneumo-tmp-1-0", "half");
  sandbox.succeed({"train", "--resume", "run", "--epochs", "2"});
  CHECK(sandbox.tree("run").size() == 10);
}

TEST_CASE("a signal before training starts ends the program without a run") {
  const Sandbox sandbox;
  put_phantoms(sandbox, "data");
  for (const double seconds : {0.0, 0.005}) {
    const Outcome outcome = sandbox.run(tiny_training("run", {"--data", "data", "--epochs", "500"}),
                                        signalled(after(seconds), {SIGINT}));
    CHECK((outcome.signal == SIGINT || outcome.exit_code == 130));
    fs::remove_all(sandbox.path("run"));
    count_cases();
  }
}

TEST_CASE("more epochs give what they would have given from the start") {
  const Sandbox sandbox;
  sandbox.succeed(tiny_training("run", {"--epochs", "2", "--augment", "paper"}));
  sandbox.succeed({"train", "--resume", "run", "--epochs", "4"});
  sandbox.succeed(tiny_training("whole", {"--epochs", "4", "--augment", "paper"}));
  check_same_run(sandbox, "run", "whole");
  CHECK(sandbox.read("run/config.toml") == sandbox.read("whole/config.toml"));
}

TEST_CASE("a run goes on on its own number of threads, and says where the machine is another") {
  const Sandbox sandbox;
  sandbox.succeed(tiny_training("run", {"--threads", "0"}));
  const int here = resolve_threads(0);
  const std::string threads = "\nthreads = " + std::to_string(here) + "\n";
  CHECK(contains(sandbox.read("run/config.toml"), threads));
  CHECK(contains(sandbox.read("run/provenance.toml"), threads));
  const auto resumed = [&](const char* epochs) {
    return sandbox.succeed({"train", "--resume", "run", "--epochs", epochs}).out;
  };
  CHECK_FALSE(contains(resumed("2"), "note: this run"));
  replace_in(sandbox, "run/provenance.toml", cpu::processor_name(), "Another CPU");
  CHECK(contains(resumed("3"), "note: this run was begun on Another CPU and goes on on"));
  const std::string more = std::to_string(here + 1);
  replace_in(sandbox, "run/config.toml", threads, "\nthreads = " + more + "\n");
  CHECK(contains(resumed("4"), "note: this run has " + more + " threads"));
  sandbox.write("run/provenance.toml", "=");
  sandbox.refuse({"train", "--resume", "run", "--epochs", "5"}, {"run/provenance.toml"});
}

TEST_CASE("a finished run says so and stays as it is") {
  const FinishedRun run;
  const Outcome outcome = run.sandbox.succeed({"train", "--resume", "run"});
  CHECK(contains(outcome.out, "finished"));
  CHECK(contains(outcome.out, "--epochs"));
  const bool unchanged = run.sandbox.tree("run") == run.pristine;
  CHECK(unchanged);
}

TEST_CASE("--resume of what is no run") {
  const Sandbox sandbox;
  sandbox.refuse({"train", "--resume", "run"}, {"no folder run", "give the folder of a run"});
  sandbox.write("run/thesis.txt", "text");
  sandbox.refuse({"train", "--resume", "run"}, {"run", "config.toml is missing"});
  sandbox.refuse({"train", "--resume", "run/thesis.txt"}, {"thesis.txt", "folder of a run"});
  fs::create_directory(sandbox.path("run/config.toml"));
  sandbox.refuse({"train", "--resume", "run"}, {"run", "config.toml"});
}

TEST_CASE("--resume takes no other options than --epochs") {
  const FinishedRun run;
  run.refuse({"--batch", "leave it away"}, {"--batch", "8"});
  run.refuse({"--out", "leave it away"}, {"--out", "other"});
  run.refuse({"--data", "leave it away"}, {"--data", "other"});
  run.refuse({"--horizontal-flip", "leave it away"}, {"--horizontal-flip"});
  run.refuse({"cnn", "mobilenet"}, {"mobilenet"});
  run.refuse({"--epochs = 0"}, {"--epochs", "0"});
  run.sandbox.succeed({"train", "cnn", "--resume", "run", "--epochs", "3"});
  run.refuse({"--epochs", "3 epochs"}, {"--epochs", "2"});
}

TEST_CASE("a damaged config.toml") {
  const FinishedRun run;
  const auto damaged = [&](const std::string& from, const std::string& to,
                           const std::vector<std::string>& parts) {
    replace_in(run.sandbox, "run/config.toml", from, to);
    run.refuse(parts);
    run.restore();
  };
  damaged("batch = 4", "batch = 4\nbogus = 1", {"run/config.toml", "bogus", "remove"});
  damaged("batch = 4", "batch = 'four'", {"run/config.toml", "batch"});
  damaged("batch = 4", "batch = 0", {"run/config.toml", "batch", "from 1"});
  damaged("batch = 4", "batch = 4.5", {"run/config.toml", "batch"});
  damaged("batch = 4", "batch = 99999999999", {"run/config.toml", "batch"});
  damaged("batch = 4", "batch =", {"run/config.toml", "TOML", "line"});
  damaged("batch = 4", "", {"run/config.toml", "batch", "missing"});
  damaged("class_weight = 'none'", "class_weight = 'x'", {"run/config.toml", "class-weight"});
  damaged("model = 'cnn'", "model = 'vgg'", {"run/config.toml", "vgg"});
  damaged("vertical_flip = false", "vertical_flip = 'no'", {"run/config.toml", "vertical_flip"});
  damaged("zoom_range = [ 1.0, 1.0 ]", "zoom_range = [ 1.0 ]", {"run/config.toml", "zoom_range"});
  damaged("[augmentation]", "[augment]", {"run/config.toml", "augment"});
  run.sandbox.write("run/config.toml", "");
  run.refuse({"run/config.toml", "missing"});
}

TEST_CASE("a run whose files lead elsewhere is read and not gone on with") {
  const FinishedRun run;
  const std::string mine = run.sandbox.read("run/timing.csv");
  fs::rename(run.sandbox.path("run/timing.csv"), run.sandbox.path("mine.csv"));
  fs::create_symlink("../mine.csv", run.sandbox.path("run/timing.csv"));
  run.refuse({"timing.csv is a symbolic link", "remove it"}, {"--epochs", "3"});
  CHECK(run.sandbox.read("mine.csv") == mine);
  run.sandbox.succeed({"report", "run"});
}

TEST_CASE("a run without, or with a damaged, checkpoint") {
  const FinishedRun run;
  fs::remove(run.sandbox.path("run/last.safetensors"));
  run.refuse({"run", "no checkpoint", "last.safetensors"});
  const std::string whole = run.pristine.at("last.safetensors");
  std::mt19937 random(2);
  for (int i = 0; i < 6; ++i) {
    std::string flipped = whole;
    const std::size_t at = i == 0 ? 9 : random() % flipped.size();
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << random() % 8));
    run.sandbox.write("run/last.safetensors", flipped);
    run.refuse({"run/last.safetensors"}, {"--epochs", "2"});
    run.refuse({"run/last.safetensors"});
  }
  for (const std::size_t length : {std::size_t{0}, std::size_t{100}, whole.size() - 1}) {
    run.sandbox.write("run/last.safetensors", whole.substr(0, length));
    run.refuse({"run/last.safetensors"}, {"--epochs", "2"});
  }
}

TEST_CASE("a checkpoint of another run or other data is refused") {
  const FinishedRun run;
  run.sandbox.succeed(tiny_training("larger", {"--image-size", "60"}));
  fs::copy_file(run.sandbox.path("larger/last.safetensors"),
                run.sandbox.path("run/last.safetensors"), fs::copy_options::overwrite_existing);
  run.refuse({"run/last.safetensors", "60x60", "46x46"}, {"--epochs", "2"});
  run.restore();
  for (const char* part : {"train", "test"})
    fs::rename(run.sandbox.path("data") / part / "NORMAL",
               run.sandbox.path("data") / part / "HEALTHY");
  run.refuse({"run/last.safetensors", "NORMAL", "HEALTHY"}, {"--epochs", "2"});
}

TEST_CASE("a run whose pictures or options were changed is not resumed") {
  const FinishedRun run;
  const fs::path one = run.sandbox.path("data/train/NORMAL/phantom-000000.png");
  const fs::path other = run.sandbox.path("data/train/PNEUMONIA/phantom-000001.png");
  REQUIRE(fs::exists(one));
  REQUIRE(fs::exists(other));
  fs::copy_file(other, one, fs::copy_options::overwrite_existing);
  run.refuse({"run/last.safetensors", "images"}, {"--epochs", "2"});
  const FinishedRun edited;
  std::string config = edited.sandbox.read("run/config.toml");
  config.replace(config.find("learning_rate = 0.001"), 21, "learning_rate = 0.002");
  edited.sandbox.write("run/config.toml", config);
  edited.refuse({"run/last.safetensors", "config.toml"}, {"--epochs", "2"});
  count_cases(2);
}

TEST_CASE("log files that are shorter than the checkpoint says") {
  const FinishedRun run;
  run.sandbox.write("run/steps.csv", "step,epoch,loss\n");
  run.refuse({"run/steps.csv", "0 rows"}, {"--epochs", "2"});
}

TEST_CASE("a resumed run whose data are gone names them") {
  const FinishedRun run;
  fs::rename(run.sandbox.path("data"), run.sandbox.path("moved"));
  run.refuse({"data", "does not exist"}, {"--epochs", "2"});
}

}  // namespace nanopneumo::test
