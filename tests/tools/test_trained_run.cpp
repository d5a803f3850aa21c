// Asking a trained run: evaluate and predict. And summary, which needs none.
#include <doctest/doctest.h>

#include <sstream>

#include "tests/io/messages.h"
#include "tests/tools/phantom_data.h"

namespace nanopneumo::test {
namespace {

namespace fs = std::filesystem;

struct TrainedRun {
  TrainedRun() {
    put_phantoms(sandbox, "data");
    sandbox.succeed(tiny_training("run", {"--data", "data", "--epochs", "2"}));
    fs::copy_file(sandbox.path("data/test/NORMAL/phantom-000016.png"), sandbox.path("picture.png"));
  }
  Sandbox sandbox;
};

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) result.push_back(line);
  return result;
}

}  // namespace

TEST_CASE("evaluate prints its figures") {
  const TrainedRun run;
  const std::string out =
      run.sandbox.succeed({"evaluate", "run", "--data", "data", "--threads", "1"}).out;
  for (const char* part :
       {"on 4 images from test/ of data", "positive class: PNEUMONIA", "accuracy", "sensitivity",
        "specificity", "ROC AUC", "Brier score", "95 % interval", "true \\ called"}) {
    INFO(part);
    CHECK(contains(out, part));
  }
  CHECK_FALSE(contains(out, "phantoms"));  // from files, whatever is in them
  CHECK(contains(
      run.sandbox
          .succeed({"evaluate", "run", "--data", "data", "--split", "train", "--threads", "1"})
          .out,
      "on 16 images from train/"));
  CHECK(contains(
      run.sandbox.succeed({"evaluate", "run", "--data", "data/test", "--threads", "1"}).out,
      "on 4 images from the class folders"));
}

TEST_CASE("evaluate agrees with the log of the training") {
  const TrainedRun run;
  const std::string out =
      run.sandbox
          .succeed({"evaluate", "run", "--data", "data", "--checkpoint", "last", "--threads", "1"})
          .out;
  const std::vector<std::string> rows = lines(run.sandbox.read("run/log.csv"));
  REQUIRE(rows.size() == 3);
  std::istringstream fields(rows.back());
  std::string field;
  for (int i = 0; i < 5; ++i) std::getline(fields, field, ',');  // val_accuracy
  char accuracy[32];
  std::snprintf(accuracy, sizeof accuracy, "accuracy           %.4f", std::stod(field));
  INFO(out);
  CHECK(contains(out, accuracy));
}

TEST_CASE("predict prints a row for each image") {
  const TrainedRun run;
  const std::string pneumonia = "data/test/PNEUMONIA/phantom-000017.png";
  const Arguments arguments{"predict", "run", "picture.png", pneumonia, "--threads", "1"};
  const std::vector<std::string> rows = lines(run.sandbox.succeed(arguments).out);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0] == "# path\tprobability of PNEUMONIA\tlabel");
  CHECK(rows[1].starts_with("picture.png\t"));
  CHECK(rows[2].starts_with(pneumonia + "\t"));
  for (const std::string& row : {rows[1], rows[2]}) {
    const double probability = std::stod(row.substr(row.find('\t') + 1));
    CHECK(probability >= 0);
    CHECK(probability <= 1);
    CHECK(row.ends_with(probability >= 0.5 ? "\tPNEUMONIA" : "\tNORMAL"));
  }
}

TEST_CASE("a run on phantoms says so wherever it is used") {
  const Sandbox sandbox;
  put_phantoms(sandbox, "data");
  const std::string training = sandbox.succeed(tiny_training("run")).out;
  CHECK(contains(training, "phantoms"));
  CHECK(contains(training, "no X-rays"));
  const std::string picture = "data/test/NORMAL/phantom-000016.png";
  for (const Arguments& arguments : {Arguments{"predict", "run", picture, "--threads", "1"},
                                     {"evaluate", "run", "--data", "data", "--threads", "1"}})
    CHECK(contains(sandbox.succeed(arguments).out, "trained on phantoms"));
}

TEST_CASE("runs that cannot be used") {
  const TrainedRun run;
  const Sandbox& sandbox = run.sandbox;
  const auto refuse = [&](const std::string& folder, const std::vector<std::string>& parts) {
    sandbox.refuse({"evaluate", folder, "--data", "data"}, parts);
    sandbox.refuse({"predict", folder, "picture.png"}, parts);
  };
  refuse("missing", {"missing", "give the folder of a run"});
  refuse("picture.png", {"picture.png", "give the folder of a run"});
  refuse("data", {"data", "config.toml is missing"});
  const std::string best = sandbox.read("run/best.safetensors");
  fs::remove(sandbox.path("run/best.safetensors"));
  refuse("run", {"run", "no checkpoint", "best.safetensors"});
  sandbox.write("run/best.safetensors", best.substr(0, best.size() - 4));
  refuse("run", {"run/best.safetensors"});
  sandbox.write("run/best.safetensors", "text");
  refuse("run", {"run/best.safetensors"});
}

TEST_CASE("data and images that a run cannot be asked about") {
  const TrainedRun run;
  const Sandbox& sandbox = run.sandbox;
  const auto evaluate = [&](const std::string& data, const std::vector<std::string>& parts) {
    sandbox.refuse({"evaluate", "run", "--data", data}, parts);
  };
  evaluate("missing", {"missing", "does not exist"});
  evaluate("picture.png", {"picture.png", "is a file"});
  sandbox.refuse({"evaluate", "run", "--data", "data", "--split", "val"}, {"data", "val/"});
  sandbox.write("other/CATS/a.png", sandbox.read("picture.png"));
  sandbox.write("other/DOGS/a.png", sandbox.read("picture.png"));
  evaluate("other", {"other", "CATS and DOGS", "NORMAL and PNEUMONIA"});
  sandbox.refuse({"predict", "run", "missing.png"}, {"missing.png", "does not exist"});
  sandbox.refuse({"predict", "run", "data"}, {"data", "folder"});
  sandbox.write("text.png", "text");
  const Outcome outcome =
      sandbox.refuse({"predict", "run", "picture.png", "text.png"}, {"text.png"});
  CHECK_FALSE(contains(outcome.out, "picture.png"));  // nothing of a batch that fails
}

TEST_CASE("summary lists blocks or layers, and parameters") {
  const Sandbox sandbox;
  CHECK(contains(sandbox.succeed({"summary", "mobilenet"}).out, "3,228,864"));
  CHECK(contains(sandbox.succeed({"summary", "mobilenet", "--top", "--image-size", "224"}).out,
                 "4,253,864"));
  const std::string head = sandbox.succeed({"summary", "mobilenet", "--head", "--layers"}).out;
  CHECK(contains(head, "conv_pw_13"));
  CHECK(contains(head, "dropout"));
  const std::string blocks = sandbox.succeed({"summary", "mobilenet", "--head"}).out;
  CHECK(contains(blocks, "conv_7 - conv_11"));
  CHECK(contains(blocks, "5 times: 3x3 depthwise, 1x1 512"));
  CHECK(contains(blocks, "Multiply-adds"));
  CHECK_FALSE(contains(blocks, "conv_pw_13"));
  CHECK(contains(sandbox.succeed({"summary", "cnn", "--layers"}).out, "conv2d"));
}

}  // namespace nanopneumo::test
