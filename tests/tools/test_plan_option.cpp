// --plan: the algorithms of a run's frozen part are kept with it.
#include <doctest/doctest.h>

#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "tests/tools/keras_file.h"
#include "tests/tools/phantom_data.h"

namespace nanopneumo::test {
namespace {

namespace fs = std::filesystem;

struct WithWeights {
  WithWeights() {
    put_phantoms(sandbox, "data", 10);
    write_mobilenet_file(sandbox.path("weights.h5"), {.alpha = 0.25});
  }
  Arguments training(const std::string& out, const Arguments& more, const char* side = "46") const {
    Arguments arguments{"train",     "mobilenet", "--weights",    "weights.h5", "--alpha", "0.25",
                        "--data",    "data",      "--image-size", side,         "--batch", "3",
                        "--threads", "1",         "--augment",    "paper",      "--out",   out};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  std::string picture() const {
    return fs::directory_iterator(sandbox.path("data/test/PNEUMONIA"))->path().string();
  }
  void forget_measurements() const { fs::remove_all(sandbox.path("home")); }
  Sandbox sandbox;
};

}  // namespace

TEST_CASE("a run with measured algorithms goes on with the same ones") {
  const WithWeights files;
  const Sandbox& sandbox = files.sandbox;
  sandbox.succeed(files.training("default", {"--epochs", "1"}));
  CHECK_FALSE(fs::exists(sandbox.path("default/plan.json")));
  CHECK_FALSE(fs::exists(sandbox.path("home/plans")));

  const Arguments measured{"--plan", "measured", "--epochs", "2"};
  sandbox.succeed(files.training("whole", measured));
  const std::string chosen = sandbox.read("whole/plan.json");
  CHECK(contains(chosen, "conv 3x3"));
  CHECK(contains(chosen, " + 1x1 -> "));  // a depthwise convolution and the next, as one or as two
  CHECK((contains(chosen, "together") || contains(chosen, "apart")));
  sandbox.succeed(files.training("again", measured));  // measured once for this machine
  const auto whole = reproducible_files(sandbox, "whole");
  CHECK(reproducible_files(sandbox, "again") == whole);

  sandbox.succeed(files.training("cut", {"--plan", "measured", "--epochs", "1"}));
  files.forget_measurements();
  sandbox.succeed({"train", "--resume", "cut", "--epochs", "2"});
  CHECK(reproducible_files(sandbox, "cut") == whole);

  // Another run with the first one's.
  sandbox.succeed(files.training("copy", {"--plan", "whole/plan.json", "--epochs", "2"}));
  CHECK(sandbox.read("copy/best.safetensors") == sandbox.read("whole/best.safetensors"));
  CHECK(sandbox.read("copy/plan.json") == sandbox.read("whole/plan.json"));
  sandbox.succeed({"predict", "copy", files.picture()});
  count_cases(5);
}

TEST_CASE("plans that cannot be used") {
  const WithWeights files;
  const Sandbox& sandbox = files.sandbox;
  sandbox.succeed(files.training("run", {"--plan", "measured", "--epochs", "1"}));
  sandbox.write("broken.json", "{\"format\": 1}");
  const auto refuse = [&](const Arguments& more, const std::vector<std::string>& parts,
                          const char* side = "46") {
    sandbox.refuse(files.training("refused", more, side), parts);
    count_cases();
  };
  refuse({"--plan", "none.json"}, {"none.json"});
  refuse({"--plan", "broken.json"}, {"broken.json", "--plan measured"});
  refuse({"--plan", "run/plan.json"}, {"run/plan.json", "another size"}, "64");
  refuse({"--plan", "measured", "--device", "emulated"}, {"--plan measured", "emulated"});
  sandbox.refuse({"train", "--resume", "run", "--epochs", "2", "--plan", "default"},
                 {"--plan cannot be changed"});
  sandbox.write("run/plan.json", "[]");
  sandbox.refuse({"train", "--resume", "run", "--epochs", "2"}, {"run/plan.json"});
  sandbox.refuse({"predict", "run", files.picture()}, {"run/plan.json"});
  count_cases(3);
}

TEST_CASE("reproduce with a plan's file: of one network, and found from any folder") {
  const Sandbox sandbox;
  const auto reproduce = [](const Arguments& more) {
    Arguments arguments{"reproduce", "--weights", "none", "--image-size", "46", "--phantoms",
                        "12",        "--batch",   "4",    "--epochs",     "1",  "--threads",
                        "1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  };
  sandbox.succeed(reproduce({"--models", "mobilenet", "--plan", "measured", "--out", "measured"}));
  const std::string plan = "measured/mobilenet-seed1/plan.json";
  sandbox.refuse(reproduce({"--models", "mobilenet,vgg16", "--plan", plan, "--out", "two"}),
                 {plan, "one network", "--plan measured"});
  sandbox.refuse(reproduce({"--models", "mobilenet", "--plan", "none.json", "--out", "lost"}),
                 {"none.json"});
  sandbox.succeed(reproduce({"--models", "mobilenet", "--plan", plan, "--out", "all"}));
  fs::remove_all(sandbox.path("all/mobilenet-seed1"));
  fs::create_directory(sandbox.path("elsewhere"));
  fs::rename(sandbox.path("all"), sandbox.path("elsewhere/all"));
  RunOptions options;
  options.folder = sandbox.path("elsewhere");
  options.environment = {{"NANOPNEUMO_HOME", sandbox.path("home").string()}};
  CHECK(run_program({"reproduce", "--resume", "all"}, options).exit_code == 0);
  count_cases();
}

}  // namespace nanopneumo::test
