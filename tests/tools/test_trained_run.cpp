// Asking a trained run: evaluate and predict. And summary, which needs none.
#include <doctest/doctest.h>

#include <cmath>
#include <sstream>

#include "kernels/cpu/cpu_features.h"
#include "tests/io/messages.h"
#include "tests/support/cases.h"
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

/// A log whose validation images are one, positive and called so, in each epoch.
std::string one_right_positive(const std::string& log) {
  std::string text;
  for (const std::string& line : lines(log)) {
    std::size_t end = line.size();
    for (int counts = 0; counts < 4; ++counts) end = line.rfind(',', end - 1);
    text += (text.empty() ? line : line.substr(0, end) + ",1,0,0,0") + '\n';
  }
  return text;
}

/// The probabilities that predict prints.
std::vector<double> probabilities(const std::string& out) {
  std::vector<double> result;
  for (const std::string& row : lines(out))
    if (!row.starts_with("#")) result.push_back(std::stod(row.substr(row.find('\t') + 1)));
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

TEST_CASE("several runs together give the mean of their probabilities") {
  const TrainedRun run;
  run.sandbox.succeed(
      tiny_training("other", {"--data", "data", "--seed", "2", "--augment", "paper"}));
  const auto ask = [&](const std::string& first, const Arguments& more) {
    Arguments arguments{"predict", first, "--threads", "1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.insert(arguments.end(), {"picture.png", "data/test/PNEUMONIA/phantom-000017.png"});
    return probabilities(run.sandbox.succeed(arguments).out);
  };
  const auto a = ask("run", {}), b = ask("other", {}), both = ask("run", {"--with", "other"});
  REQUIRE(both.size() == 2);
  for (std::size_t i = 0; i < 2; ++i)
    CHECK_FALSE(!(std::abs(both[i] - (a[i] + b[i]) / 2) < 2e-6));  // six digits are printed
  CHECK(a != b);
  // A version of a picture does not depend on what else is asked about.
  const auto looked = ask("other", {"--tta", "5"});
  CHECK(looked != b);
  CHECK(looked[0] ==
        probabilities(
            run.sandbox.succeed({"predict", "other", "--threads", "1", "--tta", "5", "picture.png"})
                .out)[0]);
  CHECK(ask("other", {"--tta", "1"}) == b);
  // Temperature changes how sure a run is and not what it says.
  const auto calibrated = ask("run", {"--calibrated"});
  for (std::size_t i = 0; i < 2; ++i) CHECK((calibrated[i] >= 0.5) == (a[i] >= 0.5));
  const std::string out = run.sandbox
                              .succeed({"evaluate", "run", "--with", "other", "--calibrated",
                                        "--tta", "2", "--tta-augment", "paper", "--threshold",
                                        "sensitivity:0.9", "--data", "data", "--threads", "1"})
                              .out;
  for (const char* part : {"and CNN from scratch", "temperature", "mean of their probabilities",
                           "mean over 2 versions", "these very images"}) {
    INFO(part);
    CHECK(contains(out, part));
  }
}

TEST_CASE("a threshold is given, or chosen on the validation images") {
  const TrainedRun run;
  const auto evaluate = [&](const std::string& threshold) {
    return run.sandbox
        .succeed({"evaluate", "run", "--data", "data", "--threads", "1", "--threshold", threshold})
        .out;
  };
  CHECK(contains(evaluate("0"), "sensitivity        1.0000"));
  CHECK(contains(evaluate("1"), "threshold 1\n"));
  // The validation images are the four of test/, so what was chosen holds there.
  const std::string out = evaluate("sensitivity:1");
  CHECK(contains(out, "sensitivity        1.0000"));
  CHECK(contains(out, "these very images"));
  CHECK(contains(evaluate("youden"), "threshold"));
  for (const char* wrong : {"2", "-1", "x", "nan", "sensitivity", "sensitivity:", "sensitivity:0",
                            "sensitivity:1.5", "0.5x"})
    run.sandbox.refuse({"evaluate", "run", "--data", "data", "--threshold", wrong},
                       {"--threshold", wrong});
}

TEST_CASE("what a run cannot be asked for") {
  const TrainedRun run;
  const Sandbox& sandbox = run.sandbox;
  const auto refuse = [&](const Arguments& more, const std::vector<std::string>& parts) {
    Arguments arguments{"evaluate", "run", "--data", "data"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    sandbox.refuse(arguments, parts);
  };
  refuse({"--tta", "4"}, {"run", "without augmentation", "--tta-augment paper"});
  refuse({"--tta", "0"}, {"--tta"});
  refuse({"--calibrated", "--checkpoint", "last"}, {"--checkpoint"});
  refuse({"--with", "nowhere"}, {"nowhere"});
  sandbox.succeed(tiny_training("drawn"));
  refuse({"--with", "drawn", "--threshold", "youden"}, {"different images", "youden"});
  sandbox.write("run/predictions.csv", "image,label,logit,probability\na,1,0.5,0.6\n");
  refuse({"--calibrated"}, {"run/predictions.csv", "run/log.csv", "go on with the run"});
  refuse({"--threshold", "sensitivity:0.9"}, {"run/predictions.csv", "run/log.csv"});
  sandbox.write("run/log.csv", one_right_positive(sandbox.read("run/log.csv")));
  refuse({"--calibrated"}, {"predictions.csv", "one class"});
  refuse({"--threshold", "youden"}, {"one class"});
  fs::remove(sandbox.path("run/predictions.csv"));
  refuse({"--calibrated"}, {"predictions.csv", "train the run anew"});
  refuse({"--threshold", "youden"}, {"predictions.csv"});
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

TEST_CASE("a run answers in the precision it was trained in, or says that it does not") {
  const TrainedRun run;
  const Sandbox& sandbox = run.sandbox;
  std::string config = sandbox.read("run/config.toml");
  const std::string_view before = "precision = 'float32'";
  sandbox.write("run/config.toml",
                config.replace(config.find(before), before.size(), "precision = 'bf16'"));
  const std::vector<Arguments> calls{{"predict", "run", "picture.png"},
                                     {"evaluate", "run", "--data", "data"},
                                     {"gradcam", "run", "picture.png", "--out", "maps"}};
  for (const Arguments& call : calls) {
    if (!cpu::multiplies_bfloat16())
      sandbox.refuse(call, {"run", "bfloat16", "--precision float32", "other digits"});
    Arguments in_float32 = call;
    in_float32.insert(in_float32.end(), {"--precision", "float32"});
    CHECK(contains(sandbox.succeed(in_float32).out, "trained in bf16 and answers in float32"));
    count_cases();
  }
  // What only reads a run needs no CPU that could train it.
  CHECK_FALSE(contains(sandbox.succeed({"export", "run", "--out", "run.h5"}).out, "answers in"));
  sandbox.succeed({"report", "run", "--out", "report.html"});
  if (!cpu::multiplies_bfloat16())
    sandbox.refuse({"train", "--resume", "run", "--epochs", "3"}, {"--precision float32"});
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
