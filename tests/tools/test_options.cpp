// Options: what is refused, by which sentence, and what --help says.
#include <doctest/doctest.h>

#include "kernels/cuda/runtime/cuda_status.h"
#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "tests/tools/sandbox.h"

namespace nanopneumo::test {
namespace {

const std::vector<Arguments> kCommands = {{},
                                          {"train"},
                                          {"evaluate"},
                                          {"predict"},
                                          {"summary"},
                                          {"features"},
                                          {"classify"},
                                          {"data"},
                                          {"data", "info"},
                                          {"data", "phantoms"},
                                          {"bench"},
                                          {"bench", "forward"},
                                          {"bench", "train"},
                                          {"doctor"}};

/// Refused by train before anything is written.
void refuse_training(const Arguments& more, const std::vector<std::string>& parts) {
  const Sandbox sandbox;
  sandbox.refuse(tiny_training("run", more), parts);
}

}  // namespace

TEST_CASE("every command explains itself with --help") {
  const Sandbox sandbox;
  for (Arguments arguments : kCommands) {
    arguments.push_back("--help");
    const Outcome outcome = sandbox.succeed(arguments);
    CHECK(contains(outcome.out, "Usage: nanopneumo"));
    CHECK(contains(outcome.out, "--help"));
  }
}

TEST_CASE("bench measures, and refuses what cannot be measured") {
  const Sandbox sandbox;
  for (const char* what : {"forward", "train"})
    for (const char* model : {"cnn", "mobilenet"}) {
      const Outcome outcome = sandbox.succeed(
          {"bench", what, model, "--image-size", "46", "--batch", "2", "--repeats", "1"});
      CHECK(contains(outcome.out, "img/s"));
      CHECK(contains(outcome.out, "peak memory"));
      count_cases();
    }
  sandbox.refuse({"bench", "forward", "cnn", "--image-size", "45"}, {"46"});
  sandbox.refuse({"bench", "forward", "cnn", "--batch", "0"}, {"--batch"});
  sandbox.refuse({"bench", "train", "resnet"}, {"resnet"});
  count_cases(3);
}

TEST_CASE("help of train shows the defaults") {
  const std::string help = Sandbox().succeed({"train", "--help"}).out;
  for (const char* part :
       {"--batch INT=32", "--learning-rate FLOAT=0.001", "--dropout FLOAT=0.4", "--epochs INT=10",
        "--image-size TEXT=250", "--class-weight TEXT=none", "--phantoms INT=800", "=nearest",
        "--device TEXT:{cpu,cuda,emulated}=cpu", "--alpha FLOAT=1"}) {
    INFO(part);
    CHECK(contains(help, part));
  }
}

TEST_CASE("--version prints the version") {
  const std::string out = Sandbox().succeed({"--version"}).out;
  CHECK(out == "nanopneumo " NANOPNEUMO_VERSION "\n");
}

TEST_CASE("an option that is given more than once is refused by name") {
  const Sandbox sandbox;
  sandbox.refuse({"train", "cnn", "--batch", "4", "--batch", "8"},
                 {"--batch is given twice; give it once"});
  sandbox.refuse({"train", "cnn", "--seed", "1", "--seed", "2", "--seed", "3"},
                 {"--seed is given 3 times; give it once"});
  sandbox.refuse(
      {"train", "cnn", "--brightness-range", "0.8", "1.2", "--brightness-range", "0.9", "1.1"},
      {"--brightness-range has 4 values and takes 2; give it once"});
  count_cases(3);
}

TEST_CASE("words that the program does not know are refused by name") {
  const Sandbox sandbox;
  sandbox.refuse({}, {"subcommand is required", "--help"});
  sandbox.refuse({"frobnicate"}, {"frobnicate", "--help"});
  sandbox.refuse({"data"}, {"subcommand is required", "--help"});
  sandbox.refuse({"data", "frobnicate"}, {"frobnicate", "--help"});
  for (const Arguments& command : kCommands) {
    if (command.empty() || command == Arguments{"data"}) continue;
    Arguments arguments = command;
    arguments.push_back("--frobnicate");
    INFO(command[0]);
    check_refusal(sandbox.run(arguments), {"--help"});
  }
  sandbox.refuse({"train", "cnn", "--frobnicate"}, {"--frobnicate", "--help"});
}

TEST_CASE("required arguments are asked for by name") {
  const Sandbox sandbox;
  sandbox.refuse({"train"}, {"needs a model", "train cnn"});
  sandbox.refuse({"evaluate"}, {"RUN", "required"});
  sandbox.refuse({"evaluate", "run"}, {"--data", "required"});
  sandbox.refuse({"predict", "run"}, {"IMAGE", "required"});
  sandbox.refuse({"summary"}, {"MODEL", "required"});
  sandbox.refuse({"features", "mobilenet", "--out", "f.npy", "a.png"},
                 {"MobileNet", "fetch weights mobilenet", "--weights"});
  sandbox.refuse({"features", "mobilenet", "--weights", "none", "a.png"}, {"--out", "required"});
  sandbox.refuse({"classify", "mobilenet", "--weights", "none"}, {"IMAGE", "required"});
  sandbox.refuse({"data", "info"}, {"DIR", "required"});
  sandbox.refuse({"data", "phantoms"}, {"DIR", "required"});
}

TEST_CASE("an option without its value is refused") {
  for (const char* option : {"--data", "--epochs", "--batch", "--out", "--weights", "--image-size",
                             "--class-weight", "--resume", "--zoom-range", "--seed"})
    Sandbox().refuse({"train", "cnn", option}, {option, "--help"});
  Sandbox().refuse({"train", "cnn", "--brightness-range", "0.8"}, {"--brightness-range"});
}

TEST_CASE("impossible numbers are refused by the option's name") {
  refuse_training({"--epochs", "0"}, {"--epochs = 0", "from 1"});
  refuse_training({"--epochs", "-3"}, {"--epochs = -3", "from 1"});
  refuse_training({"--epochs", "abc"}, {"--epochs", "abc"});
  refuse_training({"--epochs", "2.5"}, {"--epochs", "2.5"});
  refuse_training({"--epochs", "99999999999"}, {"--epochs", "99999999999"});
  refuse_training({"--batch", "0"}, {"--batch = 0", "from 1"});
  refuse_training({"--batch", "-1"}, {"--batch = -1"});
  refuse_training({"--batch", "1000000"}, {"--batch = 1000000"});
  refuse_training({"--learning-rate", "0"}, {"--learning-rate = 0", "above 0"});
  refuse_training({"--learning-rate", "-1"}, {"--learning-rate = -1"});
  refuse_training({"--learning-rate", "nan"}, {"--learning-rate"});
  refuse_training({"--learning-rate", "inf"}, {"--learning-rate"});
  refuse_training({"--dropout", "1"}, {"--dropout", "= 1"});
  refuse_training({"--dropout", "-0.1"}, {"--dropout"});
  refuse_training({"--dropout", "nan"}, {"--dropout"});
  refuse_training({"--seed", "-1"}, {"--seed", "-1"});
  refuse_training({"--seed", "x"}, {"--seed", "x"});
  refuse_training({"--threads", "-1"}, {"--threads", "-1"});
  refuse_training({"--threads", "100000"}, {"--threads", "100000"});
  refuse_training({"--loader-threads", "-1"}, {"--loader-threads = -1"});
  refuse_training({"--phantoms", "7"}, {"--phantoms = 7", "from 8"});
}

TEST_CASE("the width multiplier belongs to MobileNet") {
  refuse_training({"--alpha", "0.5"}, {"--alpha"});
  for (const char* alpha : {"0", "-1", "nan", "5"})
    Sandbox().refuse({"summary", "mobilenet", "--alpha", alpha}, {"--alpha"});
}

TEST_CASE("an empty value, as of a shell variable that is not set, is refused") {
  for (const char* option : {"--data", "--out", "--resume", "--image-size", "--class-weight"})
    refuse_training({option, ""}, {option, "empty"});
  Sandbox().refuse({"data", "phantoms", ""}, {"DIR", "empty"});
  Sandbox().refuse({"predict", "", "x.png"}, {"RUN", "empty"});
  count_cases(7);
}

TEST_CASE("image sizes") {
  for (const char* size : {"0", "5x", "x5", "axb", "12x34x56", "100000", "-5", "46.5", " 46"})
    refuse_training({"--image-size", size}, {"--image-size", "HEIGHTxWIDTH"});
  refuse_training({"--image-size", "45"}, {"46x46", "45x45", "--image-size"});
  refuse_training({"--image-size", "46x45"}, {"46x46", "46x45"});
  refuse_training({"--image-size", "99999"}, {"4096", "--image-size"});
  Sandbox().refuse({"train", "mobilenet", "--weights", "none", "--image-size", "31"},
                   {"32x32", "31x31", "--image-size"});
  Sandbox().refuse({"summary", "cnn", "--image-size", "45"}, {"46x46", "--image-size"});
  Sandbox().succeed({"summary", "cnn", "--image-size", "46x60"});
}

TEST_CASE("class weights") {
  for (const char* weights : {"x", "1", "1,", ",1", "nan,1", "1,nan", "1,2,3", "1;2", "1,2x"})
    refuse_training({"--class-weight", weights}, {"--class-weight", "balanced"});
  refuse_training({"--class-weight", "0,1"}, {"--class-weight", "1e-6"});
  refuse_training({"--class-weight", "1e300,1e-300"}, {"--class-weight", "1e6"});
}

TEST_CASE("validation splits") {
  for (const char* split : {"0", "1", "2", "-0.2", "nan"})
    refuse_training({"--val-split", split}, {"--val-split"});
  refuse_training({"--val-split", "0.2"}, {"--val-split", "--data"});
}

TEST_CASE("augmentation ranges") {
  refuse_training({"--zoom-range", "2"}, {"--zoom-range", "-1 to 3"});
  refuse_training({"--zoom-range", "1"}, {"--zoom-range", "0"});
  refuse_training({"--zoom-range", "1.2", "0.8"}, {"--zoom-range", "the smaller first"});
  refuse_training({"--zoom-range", "nan"}, {"--zoom-range"});
  refuse_training({"--zoom-range", "abc"}, {"--zoom-range", "abc"});
  refuse_training({"--brightness-range", "1.2", "0.8"},
                  {"--brightness-range", "the smaller first"});
  refuse_training({"--brightness-range", "-1", "1"}, {"--brightness-range", "-1"});
  refuse_training({"--rotation-range", "-5"}, {"--rotation-range", "-5"});
  refuse_training({"--width-shift-range", "inf"}, {"--width-shift-range"});
  refuse_training({"--width-shift-range", "1e30"},
                  {"--width-shift-range = 1e+30", "fewer pixels than the 46"});
  refuse_training({"--height-shift-range", "-0.1"}, {"--height-shift-range"});
  refuse_training({"--shear-range", "nan"}, {"--shear-range"});
  refuse_training({"--augment", "frobnicate"}, {"--augment", "frobnicate", "paper"});
}

TEST_CASE("models, devices and interpolations are refused by name") {
  const Sandbox sandbox;
  sandbox.refuse({"train", "resnet"}, {"resnet", "cnn", "mobilenet"});
  sandbox.refuse({"summary", "resnet"}, {"resnet", "cnn", "mobilenet"});
  sandbox.refuse({"train", "cnn", "--device", "tpu"}, {"tpu", "cpu", "cuda", "emulated"});
  sandbox.refuse({"train", "cnn", "--precision", "tf32"},
                 {"tf32", "tensor cores", "--device cuda"});
  sandbox.refuse({"train", "cnn", "--precision", "bf16"},
                 {"bf16", "nothing of this cnn is frozen", "leave --precision away"});
  sandbox.refuse({"train", "cnn", "--device", "emulated", "--gemm", "cublas"},
                 {"cublas", "emulated", "--device cuda"});
  for (const Arguments& command :
       {Arguments{"evaluate", "run", "--data", "d"}, {"predict", "run", "a.png"}}) {
    Arguments arguments = command;
    arguments.insert(arguments.end(), {"--device", "tpu"});
    sandbox.refuse(arguments, {"--device", "tpu", "cpu", "cuda"});
  }
  refuse_training({"--interpolation", "lanczos"}, {"--interpolation", "lanczos", "bilinear"});
  sandbox.refuse({"evaluate", "run", "--data", "d", "--split", "all"}, {"--split", "all", "test"});
  sandbox.refuse({"predict", "run", "a.png", "--checkpoint", "first"},
                 {"--checkpoint", "first", "best"});
}

TEST_CASE("a GPU that is not there is refused in a sentence") {
  const cuda::Status status = cuda::status();
  if (status.missing.empty()) {
    skip_cases(1, "there is a GPU");
    return;
  }
  Sandbox().refuse({"train", "cnn", "--device", "cuda"},
                   {"--device cuda", status.missing, "--device cpu"});
}

TEST_CASE("options that contradict each other are refused") {
  const Sandbox sandbox;
  sandbox.refuse({"summary", "mobilenet", "--head", "--top"}, {"--head", "--top"});
  sandbox.refuse({"summary", "cnn", "--top"}, {"--top"});
  refuse_training({"--weights", "some.h5"}, {"--weights", "from scratch"});
  sandbox.refuse({"train", "mobilenet"}, {"--weights FILE", "--weights none"});
  sandbox.refuse({"features", "cnn", "--weights", "none", "--out", "f.npy", "a.png"},
                 {"no ImageNet backbone", "mobilenet"});
}

TEST_CASE("a full standard output is reported") {
  if (!std::filesystem::exists("/dev/full")) {
    skip_cases(2, "there is no /dev/full");
    return;
  }
  const Sandbox sandbox;
  RunOptions full;
  full.output = "/dev/full";
  sandbox.refuse({"summary", "mobilenet"}, {"standard output", "No space left"}, full);
  sandbox.refuse({"summary", "cnn"}, {"standard output", "No space left"}, full);
}

}  // namespace nanopneumo::test
