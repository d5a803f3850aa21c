// train where folders, files of a run or memory are not as they should be.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "kernels/asan.h"
#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "tests/tools/phantom_data.h"

namespace nanopneumo::test {

namespace fs = std::filesystem;

TEST_CASE("a link to a folder that is not there stays as it is") {
  const Sandbox sandbox;
  fs::create_symlink("nowhere", sandbox.path("link"));
  fs::create_symlink("/nowhere/runs", sandbox.path("runs"));
  for (const char* out : {"link", "link/run", "link/a/b"}) {
    sandbox.refuse(tiny_training(out), {"link", "symbolic link", "--out"});
    CHECK(fs::is_symlink(sandbox.path("link")));
    count_cases();
  }
  Arguments by_default = tiny_training("unused");
  by_default.erase(std::ranges::find(by_default, "--out"),
                   std::ranges::find(by_default, "--out") + 2);
  sandbox.refuse(by_default, {"runs", "symbolic link"});
  CHECK(fs::is_symlink(sandbox.path("runs")));
  count_cases();
}

TEST_CASE("a batch larger than the data is planned as large as it can be") {
  const Sandbox sandbox;
  const auto planned = [&](const char* batch) {
    const std::string out =
        sandbox
            .succeed({"train", "cnn", "--phantoms", "12", "--image-size", "46", "--epochs", "1",
                      "--batch", batch, "--threads", "1", "--out", std::string("run") + batch})
            .out;
    const std::size_t at = out.find("memory      planned ");
    REQUIRE(at != std::string::npos);
    return out.substr(at, out.find('\n', at) - at);
  };
  CHECK(planned("4096") == planned("12"));
  count_cases();
}

#if !defined(NANOPNEUMO_ASAN)
TEST_CASE("a run that memory does not suffice for leaves its folder for another try") {
  const Sandbox sandbox;
  const Arguments large{"train",        "cnn", "--phantoms", "32", "--epochs", "1",
                        "--image-size", "300", "--threads",  "1",  "--out",    "run"};
  RunOptions little;
  little.largest_memory = rlim_t{700} << 20;
  const Outcome run = sandbox.run(large, little);
  check_refusal(run, {"out of memory", "--batch"});
  CHECK(sandbox.tree("run").empty());
  sandbox.succeed(tiny_training("run"));
  count_cases();
}
#endif

TEST_CASE("names that would move a terminal's cursor are refused and shown harmless") {
  const Sandbox sandbox;
  put_phantoms(sandbox, "data");
  const Arguments train{"train", "cnn", "--data", "data", "--out", "run"};
  for (const std::string& name : {std::string("PNEUMONIA\x1b[2J"), std::string(120, 'P')}) {
    for (const char* part : {"data/train", "data/test"})
      fs::rename(sandbox.path(part) / "PNEUMONIA", sandbox.path(part) / name);
    const Outcome outcome = sandbox.refuse(train, {"class folder", name.substr(0, 9), "rename"});
    CHECK_FALSE(contains(outcome.err, "\x1b"));
    for (const char* part : {"data/train", "data/test"})
      fs::rename(sandbox.path(part) / name, sandbox.path(part) / "PNEUMONIA");
  }
  for (const char* text : {"model = \"\\u001b[2J\"\n", "\"\\u001b[2J\" = 1\n"}) {
    sandbox.write("c.toml", text);
    const Outcome outcome = sandbox.refuse({"train", "--config", "c.toml"}, {"\\x1b[2J"});
    CHECK_FALSE(contains(outcome.err, "\x1b"));
  }
  count_cases(4);
}

TEST_CASE("a run is not gone on with without what it was") {
  const Sandbox sandbox;
  sandbox.succeed(tiny_training("run"));
  const std::string best = sandbox.read("run/best.safetensors");
  const Arguments resume{"train", "--resume", "run", "--epochs", "9"};
  fs::remove(sandbox.path("run/best.safetensors"));
  sandbox.refuse(resume, {"best.safetensors"});
  sandbox.write("run/best.safetensors", best.substr(0, best.size() / 2));
  sandbox.refuse(resume, {"best.safetensors"});
  sandbox.write("run/best.safetensors", best);
  sandbox.succeed(resume);
  count_cases(3);
}

TEST_CASE("a measured run needs its plan") {
  const Sandbox sandbox;
  sandbox.succeed({"train", "mobilenet", "--alpha", "0.25", "--weights", "none", "--phantoms", "12",
                   "--image-size", "32", "--epochs", "1", "--plan", "measured", "--out", "run"});
  const std::string plan = sandbox.read("run/plan.json");
  const Arguments resume{"train", "--resume", "run", "--epochs", "2"};
  fs::remove(sandbox.path("run/plan.json"));
  sandbox.refuse(resume, {"plan.json", "missing"});
  sandbox.write("run/plan.json", "{");
  sandbox.refuse(resume, {"plan.json", "bring the run's own back"});
  sandbox.write("run/plan.json", R"({"format":"nanopneumo plan 1"})");
  sandbox.refuse(resume, {"plan.json", "train anew"});
  sandbox.write("run/plan.json", plan);
  sandbox.succeed(resume);
  count_cases(4);
}

TEST_CASE("reproduce measures the plans of its runs") {
  const Sandbox sandbox;
  const Arguments experiment{"reproduce", "--models",     "mobilenet", "--weights", "none",
                             "--alpha",   "0.25",         "--plan",    "measured",  "--phantoms",
                             "12",        "--image-size", "32",        "--epochs",  "1",
                             "--out",     "all"};
  sandbox.succeed(experiment);
  CHECK(contains(sandbox.read("all/mobilenet-seed1/plan.json"), "algorithms"));
  count_cases();
}

TEST_CASE("a feature cache that cannot be made is named as it was given") {
  const Sandbox sandbox;
  sandbox.succeed({"data", "phantoms", "data", "--count", "12", "--size", "46"});
  sandbox.write("file", "");
  const Outcome run = sandbox.succeed({"train", "mobilenet", "--alpha", "0.25", "--weights", "none",
                                       "--data", "data", "--image-size", "32", "--epochs", "1",
                                       "--feature-cache", "file/below", "--out", "run"});
  CHECK(contains(run.out + run.err, "file/below"));
  CHECK(contains(run.out + run.err, "--feature-cache"));
  CHECK_FALSE(contains(run.out + run.err, "NANOPNEUMO_HOME"));
  count_cases();
}

}  // namespace nanopneumo::test
