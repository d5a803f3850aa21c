// Where a run is written to.
#include <doctest/doctest.h>

#include <thread>

#include "io/folder_lock.h"
#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "tests/tools/phantom_data.h"
#include "tests/tools/sandbox.h"

namespace nanopneumo::test {
namespace {

namespace fs = std::filesystem;

/// Limit for files, in which every CSV file fits and no checkpoint does.
RunOptions nearly_full_disk() {
  RunOptions options;
  options.largest_file = 20000;
  return options;
}

}  // namespace

TEST_CASE("runs are numbered where no folder is given") {
  const Sandbox sandbox;
  CHECK(contains(sandbox.succeed(tiny_training("")).out, "run folder: runs/cnn-1\n"));
  CHECK(contains(sandbox.succeed(tiny_training("")).out, "run folder: runs/cnn-2\n"));
  for (const char* name :
       {"config.toml", "provenance.toml", "log.csv", "log.jsonl", "steps.csv", "timing.csv",
        "run.json", "predictions.csv", "best.safetensors", "last.safetensors"})
    CHECK(fs::is_regular_file(sandbox.path("runs/cnn-1") / name));
  CHECK(sandbox.tree("runs/cnn-1").size() == 10);
}

TEST_CASE("runs that begin at the same time get folders of their own") {
  const Sandbox sandbox;
  std::vector<std::thread> processes;
  for (int i = 0; i < 3; ++i) processes.emplace_back([&] { sandbox.run(tiny_training("")); });
  for (std::thread& process : processes) process.join();
  for (const char* run : {"runs/cnn-1", "runs/cnn-2", "runs/cnn-3"})
    CHECK(fs::exists(sandbox.path(run) / "last.safetensors"));
  count_cases(3);
}

TEST_CASE("a folder that another process works in is left to it") {
  const Sandbox sandbox;
  sandbox.succeed(tiny_training("run"));
  const Arguments experiment{"reproduce", "--models",     "cnn", "--phantoms", "12", "--epochs",
                             "1",         "--image-size", "46",  "--batch",    "4",  "--threads",
                             "1",         "--out",        "all"};
  sandbox.succeed(experiment);
  fs::create_directory(sandbox.path("empty"));
  {
    const FolderLock run(sandbox.path("run")), all(sandbox.path("all")),
        empty(sandbox.path("empty"));
    const auto refuse = [&](const Arguments& arguments, const char* folder) {
      sandbox.refuse(arguments, {"another nanopneumo process", folder, "wait"});
    };
    refuse({"train", "--resume", "run", "--epochs", "2"}, "run");
    refuse(tiny_training("empty"), "empty");
    refuse({"reproduce", "--resume", "all"}, "all");
    refuse(experiment, "all");
    sandbox.succeed({"report", "run", "--out", "report.html"});  // it is only read
  }
  sandbox.succeed({"train", "--resume", "run", "--epochs", "2"});
  {
    fs::remove(sandbox.path("all/cnn-seed1/last.safetensors"));  // to be begun anew
    const FolderLock run(sandbox.path("all/cnn-seed1"));
    sandbox.refuse({"reproduce", "--resume", "all"}, {"another nanopneumo process", "cnn-seed1"});
  }
  sandbox.succeed({"reproduce", "--resume", "all"});
}

TEST_CASE("an empty folder may be there, and those above are made") {
  const Sandbox sandbox;
  fs::create_directory(sandbox.path("run"));
  sandbox.succeed(tiny_training("run"));
  sandbox.succeed(tiny_training("a/b/run"));
}

TEST_CASE("a folder that is taken or cannot be made") {
  const Sandbox sandbox;
  sandbox.write("taken/thesis.txt", "text");
  sandbox.refuse(tiny_training("taken"), {"taken", "not empty", "--out", "--resume"});
  sandbox.refuse(tiny_training("taken/thesis.txt"), {"thesis.txt", "not a folder", "--out"});
  sandbox.refuse(tiny_training("taken/thesis.txt/run"), {"thesis.txt/run", "--out"});
  sandbox.refuse(tiny_training("/proc/run"), {"/proc/run", "--out"});
  sandbox.write("runs", "a file in the way");
  sandbox.refuse(tiny_training(""), {"runs/cnn-1", "--out"});
}

TEST_CASE("a run inside its own data is refused") {
  const Sandbox sandbox;
  put_phantoms(sandbox, "data");
  for (const char* out : {"data", "data/train/run", "./data/../data/run"})
    sandbox.refuse(tiny_training(out, {"--data", "data"}), {"--out"});
  sandbox.succeed(tiny_training("data-run", {"--data", "data"}));
  count_cases(4);
}

TEST_CASE("nothing that a closed standard output was sent gets into a file of the run") {
  const Sandbox sandbox;
  sandbox.succeed(tiny_training("open"));
  RunOptions closed;
  closed.closed_output = true;
  CHECK(sandbox.run(tiny_training("closed"), closed).exit_code == 2);
  for (const char* file : {"log.csv", "steps.csv", "last.safetensors"})
    CHECK(sandbox.read(fs::path("closed") / file) == sandbox.read(fs::path("open") / file));
  count_cases(3);
}

TEST_CASE("a disk without room for anything leaves nothing behind") {
  const Sandbox sandbox;
  RunOptions full;
  full.largest_file = 0;
  // Even what the program prints goes to a file here; so that it fails not for that, it goes away.
  full.output = "/dev/null";
  full.timeout_seconds = 60;
  const Outcome outcome = sandbox.run(tiny_training("run"), full);
  CHECK(outcome.exit_code == 2);
  CHECK(sandbox.tree().empty());
}

TEST_CASE("a disk that fills before the first checkpoint") {
  const Sandbox sandbox;
  check_refusal(sandbox.run(tiny_training("run"), nearly_full_disk()),
                {"run/best.safetensors", "cannot be written", "free some space"});
  for (const auto& file : sandbox.tree("run")) {
    const std::string &name = file.first, &content = file.second;
    INFO(name);
    CHECK((name.ends_with(".csv") || name.ends_with(".jsonl") || name.ends_with(".toml") ||
           name == "run.json"));
    CHECK(content.ends_with('\n'));
  }
  sandbox.refuse({"train", "--resume", "run"}, {"run", "no checkpoint"});
}

TEST_CASE("a disk that fills later leaves the previous checkpoint whole") {
  const Sandbox sandbox;
  sandbox.succeed(tiny_training("run", {"--epochs", "1"}));
  const auto before = sandbox.tree("run");
  check_refusal(sandbox.run({"train", "--resume", "run", "--epochs", "2"}, nearly_full_disk()),
                {"run/", ".safetensors", "cannot be written", "free some space"});
  auto after_failure = sandbox.tree("run");
  CHECK(after_failure.size() == before.size());
  CHECK(after_failure["last.safetensors"] == before.at("last.safetensors"));
  sandbox.succeed({"train", "--resume", "run", "--epochs", "2"});
  sandbox.succeed(tiny_training("whole", {"--epochs", "2"}));
  const bool same = reproducible_files(sandbox, "run") == reproducible_files(sandbox, "whole");
  CHECK(same);
}

TEST_CASE("log files that cannot grow are named") {
  const Sandbox sandbox;
  RunOptions full;
  full.largest_file = 900;  // config.toml fits, the rows of 100 steps do not
  full.output = "/dev/null";
  check_refusal(sandbox.run(tiny_training("run", {"--phantoms", "100", "--batch", "1"}), full),
                {"run/steps.csv", "cannot be written", "File too large", "--resume"});
}

TEST_CASE("a full standard output ends the training with a sentence") {
  if (!fs::exists("/dev/full")) {
    skip_cases(1, "there is no /dev/full");
    return;
  }
  const Sandbox sandbox;
  RunOptions full;
  full.output = "/dev/full";
  check_refusal(sandbox.run(tiny_training("run"), full), {"standard output", "No space left"});
}

}  // namespace nanopneumo::test
