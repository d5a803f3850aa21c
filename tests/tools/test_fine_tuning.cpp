// train --fine-tune, and what the other commands make of such a run.
#include <doctest/doctest.h>

#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "tests/support/npy.h"
#include "tests/tools/keras_file.h"
#include "tests/tools/phantom_data.h"

namespace nanopneumo::test {
namespace {

namespace fs = std::filesystem;

Arguments with(Arguments arguments, const Arguments& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

/// A quarter of MobileNet's width on 12 phantoms.
Arguments transfer(const std::string& out, const Arguments& more = {}, int epochs = 2) {
  return with({"train", "mobilenet", "--weights", "weights.h5", "--alpha", "0.25", "--epochs",
               std::to_string(epochs), "--image-size", "46", "--phantoms", "12", "--batch", "4",
               "--threads", "1", "--out", out},
              more);
}

struct WithWeights {
  WithWeights() {
    put_phantoms(sandbox, "data");
    fs::rename(sandbox.path("data/train/NORMAL/phantom-000000.png"), sandbox.path("picture.png"));
    write_mobilenet_file(sandbox.path("weights.h5"), {.alpha = 0.25});
  }
  std::vector<float> features(const Arguments& of) const {
    sandbox.succeed(
        with(with({"features"}, of), {"--out", "f.npy", "--threads", "1", "picture.png"}));
    const NpyArray rows = read_npy(sandbox.path("f.npy"));
    CHECK(rows.shape == Shape{1, 256});
    return {rows.values.begin(), rows.values.end()};
  }
  Sandbox sandbox;
};

}  // namespace

TEST_CASE("a fine-tuned run says so, is gone on with, and is used with its own backbone") {
  const WithWeights files;
  const Sandbox& sandbox = files.sandbox;
  const Outcome frozen = sandbox.succeed(transfer("frozen"));
  CHECK(contains(frozen.out, "backbone    frozen, weights"));
  CHECK_FALSE(contains(frozen.out, "fine-tuning"));
  CHECK_FALSE(contains(sandbox.read("frozen/config.toml"), "fine_tuning"));

  const Outcome tuned =
      sandbox.succeed(transfer("tuned", {"--fine-tune", "conv_pw_12", "--fine-tune-learning-rate",
                                         "0.002", "--head-epochs", "1", "--rate-decay", "0.5"}));
  // 128 x 256, 9 x 256 and 256 x 256 weights, and gamma and beta of three layers.
  CHECK(contains(tuned.out,
                 "fine-tuning conv_pw_12 on, after epoch 1, 102144 parameters with learning rate "
                 "0.002"));
  const std::string config = sandbox.read("tuned/config.toml");
  for (const char* line : {"layers = 'conv_pw_12'", "learning_rate = 0.002", "rate_decay = 0.5",
                           "head_epochs = 1", "freeze_batch_norm = false"})
    CHECK_MESSAGE(contains(config, line), config);

  const Arguments original{"mobilenet", "--weights",    "weights.h5", "--alpha",
                           "0.25",      "--image-size", "46"};
  const std::vector<float> before = files.features(original);
  CHECK(files.features({"frozen"}) == before);
  CHECK(files.features({"tuned", "--checkpoint", "last"}) != before);
  for (const char* which : {"best", "last"}) {
    sandbox.succeed({"predict", "tuned", "picture.png", "--checkpoint", which});
    // The validation images are phantoms of the program's own: what it measured then, it measures now.
    const std::string answer =
        sandbox.succeed({"evaluate", "tuned", "--data", "data", "--checkpoint", which}).out;
    CHECK(contains(answer, "accuracy"));
  }

  sandbox.succeed({"train", "--resume", "tuned", "--epochs", "3"});
  sandbox.succeed(transfer("whole",
                           {"--fine-tune", "conv_pw_12", "--fine-tune-learning-rate", "0.002",
                            "--head-epochs", "1", "--rate-decay", "0.5"},
                           3));
  const auto left = reproducible_files(sandbox, "tuned"),
             right = reproducible_files(sandbox, "whole");
  for (const auto& file : left) {
    const bool same = file.second == right.at(file.first);
    CHECK_MESSAGE(same, file.first);
  }
  count_cases(8);
}

TEST_CASE("fine-tuning that is not possible leaves no run behind") {
  const WithWeights files;
  const Sandbox& sandbox = files.sandbox;
  sandbox.refuse(transfer("run", {"--fine-tune", "55"}),
                 {"--fine-tune 55", "mobilenet has 54 layers", "give 1 to 54"});
  sandbox.refuse(transfer("run", {"--fine-tune", "0"}), {"--fine-tune 0", "give 1 to 54"});
  sandbox.refuse(transfer("run", {"--fine-tune", "conv5_block1_1_conv"}),
                 {"conv5_block1_1_conv", "no such layer", "summary mobilenet"});
  sandbox.refuse(transfer("run", {"--fine-tune", "1", "--freeze-batch-norm"}),
                 {"--fine-tune 1", "--freeze-batch-norm", "give more layers"});
  sandbox.refuse(transfer("run", {"--fine-tune", "all", "--head-epochs", "2"}),
                 {"--head-epochs", "--epochs"});
  sandbox.refuse(transfer("run", {"--fine-tune", "all", "--rate-decay", "2"}), {"--rate-decay"});
  sandbox.refuse(transfer("run", {"--head-epochs", "1"}), {"give --fine-tune"});
  sandbox.refuse(transfer("run", {"--freeze-batch-norm"}), {"give --fine-tune"});
  sandbox.refuse(tiny_training("run", {"--fine-tune", "all"}),
                 {"CNN from scratch", "leave --fine-tune away"});
}

TEST_CASE("a run goes on with the fine-tuning it was begun with") {
  const WithWeights files;
  const Sandbox& sandbox = files.sandbox;
  sandbox.succeed(transfer("run", {"--fine-tune", "3"}, 1));
  for (const Arguments& option :
       {Arguments{"--fine-tune", "4"}, Arguments{"--fine-tune-learning-rate", "1"},
        Arguments{"--head-epochs", "1"}, Arguments{"--rate-decay", "0.5"},
        Arguments{"--freeze-batch-norm"}})
    sandbox.refuse(with({"train", "--resume", "run", "--epochs", "2"}, option),
                   {option[0], "cannot be changed when a run is resumed"});
}

TEST_CASE("drop-connect is an option of fine-tuning, and resumed with it") {
  const Sandbox sandbox;
  const auto train = [](const char* out, int epochs, const Arguments& more) {
    return with({"train", "efficientnetb4", "--weights", "none", "--image-size", "32", "--phantoms",
                 "12", "--batch", "4", "--threads", "1", "--fine-tune", "block7b_expand_conv",
                 "--epochs", std::to_string(epochs), "--out", out},
                more);
  };
  const Arguments half{"--drop-connect", "0.5"};
  const std::string said = sandbox.succeed(train("cut", 1, half)).out;
  CHECK_MESSAGE(contains(said, ", drop-connect 0.5\n"), said);
  CHECK(contains(sandbox.read("cut/config.toml"), "drop_connect = 0.5"));
  sandbox.refuse({"train", "--resume", "cut", "--epochs", "2", "--drop-connect", "0.4"},
                 {"--drop-connect cannot be changed"});
  sandbox.succeed({"train", "--resume", "cut", "--epochs", "2"});
  sandbox.succeed(train("whole", 2, half));
  const auto left = reproducible_files(sandbox, "cut"),
             right = reproducible_files(sandbox, "whole");
  for (const auto& file : left) {
    const bool same = file.second == right.at(file.first);
    CHECK_MESSAGE(same, file.first);
  }
  sandbox.succeed(train("kept", 2, {}));
  CHECK(sandbox.read("kept/steps.csv") != sandbox.read("whole/steps.csv"));

  sandbox.refuse(train("run", 1, {"--drop-connect", "1"}), {"--drop-connect = 1", "not, 1"});
  sandbox.refuse(transfer("run", {"--drop-connect", "0.2"}), {"give --fine-tune too"});
  const WithWeights files;
  files.sandbox.refuse(
      transfer("run", {"--fine-tune", "all", "--drop-connect", "0.2"}),
      {"mobilenet has no blocks that training drops", "leave --drop-connect away"});
  count_cases(9);
}

TEST_CASE("features of a run take its own options") {
  const WithWeights files;
  const Sandbox& sandbox = files.sandbox;
  sandbox.succeed(tiny_training("cnn-run"));
  const auto refuse = [&](const Arguments& of, const std::vector<std::string>& parts) {
    sandbox.refuse(with(with({"features"}, of), {"--out", "f.npy", "picture.png"}), parts);
  };
  refuse({"cnn-run"}, {"CNN from scratch has no backbone"});
  refuse({"cnn-run", "--image-size", "50"}, {"--image-size is that of the run"});
  refuse({"cnn-run", "--alpha", "0.5"}, {"--alpha is that of the run"});
  refuse({"mobilenet"}, {"MobileNet needs its ImageNet weights", "fetch weights mobilenet"});
  refuse({"data"}, {"data"});
  refuse({"mobilenet", "--weights", "none", "--checkpoint", "last"}, {"--checkpoint"});
}

TEST_CASE("fine-tuning on the emulated GPU") {
  const WithWeights files;
  const Outcome run =
      files.sandbox.succeed(transfer("run", {"--fine-tune", "5", "--device", "emulated"}, 1));
  CHECK(contains(run.out, "fine-tuning conv_pw_12_bn on"));
  count_cases();
}

}  // namespace nanopneumo::test
