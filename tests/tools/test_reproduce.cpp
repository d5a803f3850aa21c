// nanopneumo reproduce.
#include <doctest/doctest.h>
#include <signal.h>

#include <random>

#include "io/safetensors.h"
#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "tests/tools/phantom_data.h"

namespace nanopneumo::test {
namespace {

namespace fs = std::filesystem;

/// Two models, two seeds, two epochs of 24 phantoms each.
Arguments small_experiment(const std::string& out, const Arguments& more = {}) {
  Arguments arguments{"reproduce",
                      "--models",
                      "cnn,mobilenet",
                      "--seeds",
                      "2",
                      "--weights",
                      "none",
                      "--image-size",
                      "46",
                      "--phantoms",
                      "24",
                      "--batch",
                      "4",
                      "--epochs",
                      "2",
                      "--threads",
                      "1",
                      "--out",
                      out};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

/// All files but those that hold measured times and memory.
std::map<std::string, std::string> lasting_files(const Sandbox& sandbox,
                                                 const std::string& folder) {
  std::map<std::string, std::string> files = sandbox.tree(folder);
  std::erase_if(files, [](const auto& file) {
    const std::string name = fs::path(file.first).filename().string();
    return name == "timing.csv" || name == "report.html";
  });
  return files;
}

void check_same_experiment(const Sandbox& sandbox, const std::string& folder,
                           const std::map<std::string, std::string>& whole) {
  const auto files = lasting_files(sandbox, folder);
  CHECK(files.size() == whole.size());
  for (const auto& file : whole) {
    INFO(file.first);
    const auto found = files.find(file.first);
    const bool same = found != files.end() && found->second == file.second;
    CHECK(same);
  }
  count_cases();
}

}  // namespace

TEST_CASE("reproduce trains each model with each seed and writes the report") {
  const Sandbox sandbox;
  const Outcome outcome = sandbox.succeed(small_experiment("all"));
  for (const char* run : {"cnn-seed1", "cnn-seed2", "mobilenet-seed1", "mobilenet-seed2"}) {
    CHECK(contains(outcome.out, run));
    CHECK(sandbox.read(fs::path("all") / run / "log.csv").size() > 100);
  }
  for (const char* run : {"cnn-seed1", "mobilenet-seed1"}) {
    CHECK(fs::exists(sandbox.path("all") / run / "gradcam" / "manifest.json"));
    CHECK(fs::exists(sandbox.path("all") / run / "featuremaps" / "manifest.json"));
  }
  const std::string page = sandbox.read("all/report.html");
  CHECK(contains(page, "mean of 2 seeds"));
  CHECK(contains(page, "Grad-CAM"));
  CHECK(contains(sandbox.read("all/model_card.md"), "MobileNet"));
  CHECK_FALSE(fs::exists(sandbox.path("all/notes.txt")));

  // A run is the one that train makes of the same options.
  sandbox.succeed({"train",    "mobilenet",  "--weights", "none",    "--image-size",
                   "46",       "--phantoms", "24",        "--batch", "4",
                   "--epochs", "2",          "--threads", "1",       "--augment",
                   "paper",    "--seed",     "2",         "--out",   "alone"});
  CHECK(reproducible_files(sandbox, "alone") == reproducible_files(sandbox, "all/mobilenet-seed2"));

  // Once more: nothing is trained, everything is there.
  const auto before = sandbox.tree("all");
  const Outcome again = sandbox.succeed({"reproduce", "--resume", "all"});
  CHECK_FALSE(contains(again.out, "img/s"));
  CHECK(sandbox.tree("all") == before);
}

TEST_CASE("reproduce that is killed goes on and ends with the same files") {
  const Sandbox uncut, sandbox;
  uncut.succeed(small_experiment("all"));
  const auto whole = lasting_files(uncut, "all");
  std::mt19937 random(1);
  std::uniform_real_distribution<double> seconds(0.02, 0.7);
  int kills = 0;
  for (int attempt = 0; attempt < 60; ++attempt) {
    RunOptions options;
    options.interruption = Interruption{after(seconds(random)), {SIGKILL}};
    const Outcome outcome = sandbox.run(small_experiment("all"), options);
    if (outcome.succeeded()) break;
    CHECK(outcome.signal == SIGKILL);
    ++kills;
  }
  sandbox.succeed(small_experiment("all"));
  CHECK(kills >= 2);
  check_same_experiment(sandbox, "all", whole);
}

TEST_CASE("reproduce that is stopped says how to go on") {
  const Sandbox sandbox;
  RunOptions options;
  options.interruption =
      Interruption{has_lines(sandbox.path("run/cnn-seed1/steps.csv"), 2), {SIGINT}};
  const Outcome stopped = sandbox.run(small_experiment("run"), options);
  CHECK(stopped.exit_code == 130);
  CHECK(contains(stopped.out, "nanopneumo reproduce --resume run"));
  CHECK(stopped.err.empty());
  count_cases();
}

TEST_CASE("reproduce that is stopped among the pictures leaves them off and makes them later") {
  const Sandbox uncut, sandbox;
  uncut.succeed(small_experiment("all"));
  const auto whole = lasting_files(uncut, "all");
  for (const char* pictures : {"cnn-seed1/gradcam", "mobilenet-seed1/gradcam"}) {
    const fs::path folder = sandbox.path("all") / pictures;
    RunOptions options;
    options.interruption = Interruption{is_there(folder), {SIGTERM}};
    const Outcome stopped = sandbox.run(small_experiment("all"), options);
    CHECK(stopped.exit_code == 128 + SIGTERM);
    CHECK(contains(stopped.out, "nanopneumo reproduce --resume all"));
    CHECK(stopped.err.empty());
    CHECK_FALSE(fs::exists(folder / "manifest.json"));
  }
  CHECK_FALSE(fs::exists(sandbox.path("all/report.html")));
  sandbox.succeed({"reproduce", "--resume", "all"});
  check_same_experiment(sandbox, "all", whole);
}

TEST_CASE("reproduce names the weights that are missing, or leaves their models out") {
  const Sandbox sandbox;
  RunOptions empty_home;
  empty_home.environment["NANOPNEUMO_HOME"] = sandbox.path("home").string();
  const Arguments wanted{"reproduce", "--models", "vgg16,cnn", "--image-size", "46", "--phantoms",
                         "8",         "--epochs", "1",         "--threads",    "1",  "--out",
                         "run"};
  sandbox.refuse(wanted, {"VGG16", "missing", "--weights-dir", "--skip-missing"}, empty_home);
  Arguments skipping = wanted;
  skipping.emplace_back("--skip-missing");
  const Outcome outcome = sandbox.succeed(skipping, empty_home);
  CHECK(contains(outcome.out, "nanopneumo fetch weights vgg16"));
  CHECK(contains(sandbox.read("run/notes.txt"), "VGG16 was left out"));
  CHECK(contains(sandbox.read("run/report.html"), "VGG16 was left out"));
  sandbox.refuse({"reproduce", "--models", "vgg16", "--skip-missing", "--out", "none"}, {"VGG16"},
                 empty_home);
}

TEST_CASE("a run that fails costs the others nothing") {
  const Sandbox sandbox;
  RunOptions stopped;
  stopped.interruption =
      Interruption{has_lines(sandbox.path("run/cnn-seed1/steps.csv"), 2), {SIGINT}};
  CHECK(sandbox.run(small_experiment("run"), stopped).exit_code == 130);
  const fs::path last = sandbox.path("run/cnn-seed1/last.safetensors");
  SafetensorsFile checkpoint = read_safetensors(last);
  std::vector<NamedTensor> tensors;
  for (LoadedTensor& tensor : checkpoint.tensors) {
    if (tensor.name == "conv2d/kernel") tensor.values.assign(tensor.values.size(), 3e38f);
    tensors.push_back({tensor.name, tensor.shape, tensor.values});
  }
  write_safetensors(last, checkpoint.metadata, tensors);
  const Outcome outcome = sandbox.run({"reproduce", "--resume", "run"});
  CHECK(outcome.exit_code == 2);
  CHECK(contains(outcome.err, "1 of 4 runs failed"));
  CHECK(contains(outcome.err, "not_finite.txt"));
  CHECK(contains(sandbox.read("run/notes.txt"), "cnn-seed1 failed"));
  const std::string page = sandbox.read("run/report.html");
  CHECK(contains(page, "cnn-seed1 failed"));
  CHECK(contains(page, "MobileNet"));
  for (const char* inside : {"cnn-seed2", "mobilenet-seed1"})
    CHECK(fs::exists(sandbox.path("run") / inside / "gradcam" / "manifest.json"));
  count_cases();
}

TEST_CASE("reproduce fine-tunes the networks that have a backbone") {
  const Sandbox sandbox;
  const auto experiment = [](const char* out, const Arguments& more) {
    Arguments arguments = small_experiment(out, more);
    arguments.insert(arguments.end(), {"--head-epochs", "1"});
    return arguments;
  };
  sandbox.refuse(experiment("tuned", {"--fine-tune", "conv_pw_14"}), {"mobilenet", "conv_pw_14"});
  sandbox.refuse(experiment("tuned", {"--fine-tune", "all", "--drop-connect", "0.2"}),
                 {"mobilenet", "--drop-connect"});
  sandbox.succeed(experiment("tuned", {"--fine-tune", "conv_pw_13"}));
  CHECK(contains(sandbox.read("tuned/mobilenet-seed1/config.toml"), "layers = 'conv_pw_13'"));
  CHECK_FALSE(contains(sandbox.read("tuned/cnn-seed1/config.toml"), "conv_pw_13"));
  const Outcome again = sandbox.succeed({"reproduce", "--resume", "tuned"});
  CHECK(contains(again.out, "report:"));
  count_cases(4);
}

TEST_CASE("reproduce refuses what it cannot do") {
  const Sandbox sandbox;
  sandbox.refuse({"reproduce", "--models", "cnn,alexnet"}, {"alexnet", "the models are"});
  sandbox.refuse({"reproduce", "--models", "cnn,CNN"}, {"cnn", "twice"});
  sandbox.refuse({"reproduce", "--models", ""}, {"--models"});
  sandbox.refuse({"reproduce", "--models", "cnn", "--weights", "a.h5"}, {"a.h5", "--weights-dir"});
  sandbox.refuse({"reproduce", "--weights-dir", "nowhere"}, {"nowhere", "no folder"});
  sandbox.refuse({"reproduce", "--resume", "nowhere"}, {"nowhere", "reproduce.toml"});
  sandbox.refuse({"reproduce", "--resume", "nowhere", "--epochs", "2"}, {"--epochs", "--resume"});
  sandbox.refuse({"reproduce", "--models", "cnn", "--fold", "1"}, {"--fold"});
  sandbox.refuse({"reproduce", "--models", "cnn", "--data", "nowhere"}, {"nowhere"});
  put_phantoms(sandbox, "data");
  sandbox.refuse({"reproduce", "--models", "cnn", "--data", "data", "--out", "data/run"},
                 {"data/run", "lies in the data"});
  sandbox.write("mine/notes.txt", "do not lose me\n");
  sandbox.refuse(small_experiment("mine"), {"mine", "not empty"});

  sandbox.succeed({"reproduce", "--models", "cnn", "--image-size", "46", "--phantoms", "8",
                   "--epochs", "1", "--threads", "1", "--out", "run"});
  sandbox.refuse(small_experiment("run"), {"run", "other options", "--resume"});
  for (const char* damage : {"", "seeds = 1", "models = [", "models = [3]\nseeds = 1\n"}) {
    sandbox.write("run/reproduce.toml", damage);
    sandbox.refuse({"reproduce", "--resume", "run"}, {"reproduce.toml"});
  }
}

TEST_CASE("reproduce cross-validates by patient, and tests honest runs once") {
  const Sandbox sandbox;
  put_phantoms(sandbox, "data");
  const Arguments honest{"reproduce", "--models",     "cnn", "--data",  "data",  "--protocol",
                         "honest",    "--image-size", "46",  "--batch", "4",     "--epochs",
                         "1",         "--threads",    "1",   "--out",   "honest"};
  sandbox.succeed(honest);
  CHECK(fs::exists(sandbox.path("honest/cnn-seed1/test.json")));
  CHECK(contains(sandbox.read("honest/report.html"), "The data, audited"));
  Arguments folds = honest;
  folds.back() = "folds";
  folds.insert(folds.end(), {"--folds", "2"});
  sandbox.succeed(folds);
  for (const char* run : {"cnn-fold1-seed1", "cnn-fold2-seed1"})
    CHECK(fs::exists(sandbox.path("folds") / run / "best.safetensors"));
}

}  // namespace nanopneumo::test
