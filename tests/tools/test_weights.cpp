// Weight files that train, features, classify and doctor are given.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cmath>

#include "tests/io/messages.h"
#include "tests/support/npy.h"
#include "tests/tools/keras_file.h"
#include "tests/tools/phantom_data.h"

namespace nanopneumo::test {
namespace {

namespace fs = std::filesystem;

constexpr ModelOptions kQuarter{.alpha = 0.25};

Arguments transfer(const std::string& weights, const std::string& out = "run") {
  return {"train",    "mobilenet", "--weights",    weights, "--alpha",    "0.25",
          "--epochs", "1",         "--image-size", "46",    "--phantoms", "12",
          "--batch",  "4",         "--threads",    "1",     "--out",      out};
}

Arguments features(const std::string& weights, const std::string& image) {
  return {"features", "mobilenet",    "--weights", weights,     "--alpha", "0.25", "--out",
          "f.npy",    "--image-size", "46",        "--threads", "1",       image};
}

/// A sandbox with picture.png and weights.h5, MobileNet's of a quarter of the width.
struct WithWeights {
  WithWeights() {
    put_phantoms(sandbox, "data");
    fs::rename(sandbox.path("data/train/NORMAL/phantom-000000.png"), sandbox.path("picture.png"));
    write_mobilenet_file(sandbox.path("weights.h5"), kQuarter);
  }
  void refuse(const std::string& weights, const std::vector<std::string>& parts) const {
    sandbox.refuse(transfer(weights), parts);
    sandbox.refuse(features(weights, "picture.png"), parts);
  }
  Sandbox sandbox;
};

}  // namespace

TEST_CASE("weights that are no weight file") {
  const WithWeights files;
  files.refuse("missing.h5", {"missing.h5", "does not exist"});
  files.refuse("data", {"data", "is a folder"});
  REQUIRE(::mkfifo(files.sandbox.path("pipe.h5").c_str(), 0600) == 0);
  files.refuse("pipe.h5", {"pipe.h5", "is a pipe"});
  files.sandbox.write("text.h5", "these are no weights");
  files.refuse("text.h5", {"text.h5", "HDF5"});
  files.sandbox.write("empty.h5", "");
  files.refuse("empty.h5", {"empty.h5"});
  const std::string whole = files.sandbox.read("weights.h5");
  files.sandbox.write("half.h5", whole.substr(0, whole.size() / 2));
  files.refuse("half.h5", {"half.h5"});
}

TEST_CASE("weights with the classifier on top give the same features, and a note") {
  const WithWeights files;
  const Sandbox& sandbox = files.sandbox;
  write_mobilenet_file(sandbox.path("top.h5"), {.alpha = 0.25, .include_top = true});
  const std::string note = "note: top.h5 holds the whole network; its classifier (conv_preds)";
  CHECK(contains(sandbox.succeed(features("top.h5", "picture.png")).out, note));
  const std::string with_top = sandbox.read("f.npy");
  CHECK_FALSE(contains(sandbox.succeed(features("weights.h5", "picture.png")).out, "note:"));
  CHECK((with_top == sandbox.read("f.npy")));
  CHECK(contains(sandbox.succeed(transfer("top.h5")).out, "top.h5 holds the whole network"));
  write_mobilenet_file(sandbox.path("full.h5"), {.include_top = true});
  CHECK(
      contains(sandbox.succeed({"doctor", "--weights", "full.h5"}).out, "fits MobileNet with top"));
}

TEST_CASE("weights of another model, width or with a top") {
  const WithWeights files;
  write_mobilenet_file(files.sandbox.path("half.h5"), {.alpha = 0.5});
  files.refuse("half.h5", {"half.h5", "conv1"});
  write_mobilenet_file(files.sandbox.path("top.h5"), {.alpha = 0.25, .include_top = true});
  files.sandbox.refuse(
      {"classify", "mobilenet", "--weights", "weights.h5", "--alpha", "0.25", "picture.png"},
      {"weights.h5"});
  files.sandbox.refuse(
      {"classify", "mobilenet", "--weights", "top.h5", "--alpha", "0.5", "picture.png"},
      {"top.h5"});
}

TEST_CASE("weights that are not finite") {
  const WithWeights files;
  write_mobilenet_file(files.sandbox.path("nan.h5"), kQuarter, /*nan=*/true);
  files.refuse("nan.h5", {"nan.h5", "NaN", "conv1"});
}

TEST_CASE("transfer learning needs the weights once") {
  const WithWeights files;
  const Sandbox& sandbox = files.sandbox;
  CHECK(contains(sandbox.succeed(transfer("weights.h5")).out, "weights.h5"));
  fs::remove(sandbox.path("weights.h5"));  // the checkpoint has the backbone too
  sandbox.succeed({"train", "--resume", "run", "--epochs", "2"});
  sandbox.succeed({"predict", "run", "picture.png"});
  CHECK(contains(sandbox.succeed(transfer("none", "random")).out, "know nothing"));
}

TEST_CASE("features are written as NumPy reads them") {
  const WithWeights files;
  Arguments arguments = features("weights.h5", "picture.png");
  arguments.push_back("data/train/PNEUMONIA/phantom-000001.png");
  CHECK(contains(files.sandbox.succeed(arguments).out, "f.npy: float32 (2, 256)"));
  const NpyArray array = read_npy(files.sandbox.path("f.npy"));
  CHECK(array.shape == Shape{2, 256});
  double sum = 0;
  for (const double value : array.values) sum += value;
  CHECK(sum > 0);
  // A batch of two and each alone agree.
  files.sandbox.succeed(features("weights.h5", "picture.png"));
  const NpyArray alone = read_npy(files.sandbox.path("f.npy"));
  for (std::size_t i = 0; i < alone.values.size(); ++i)
    CHECK_FALSE(!(std::abs(alone.values[i] - array.values[i]) <= 1e-5 * (1 + sum / 512)));
}

TEST_CASE("features that cannot be computed or written") {
  const WithWeights files;
  files.sandbox.refuse(features("weights.h5", "missing.png"), {"missing.png", "does not exist"});
  files.sandbox.refuse(features("weights.h5", "data"), {"data", "folder"});
  for (const char* out : {"nowhere/f.npy", "data", "picture.png/f.npy"}) {
    Arguments arguments = features("weights.h5", "picture.png");
    *(std::ranges::find(arguments, "f.npy")) = out;
    files.sandbox.refuse(arguments, {out, "cannot be written"});
  }
  RunOptions full;
  full.largest_file = 100;
  files.sandbox.refuse(features("weights.h5", "picture.png"), {"f.npy", "cannot be written"}, full);
}

TEST_CASE("classify names five classes") {
  const WithWeights files;
  write_mobilenet_file(files.sandbox.path("top.h5"), {.alpha = 0.25, .include_top = true});
  const Arguments arguments{"classify", "mobilenet", "--weights", "top.h5",     "--alpha",
                            "0.25",     "--threads", "1",         "picture.png"};
  const std::string out = files.sandbox.succeed(arguments).out;
  CHECK(out.starts_with("picture.png\n"));
  CHECK(std::ranges::count(out, '\n') == 6);
  CHECK(std::ranges::count(out, '%') == 5);
  Arguments missing = arguments;
  missing.back() = "missing.png";
  files.sandbox.refuse(missing, {"missing.png", "does not exist"});
}

TEST_CASE("doctor") {
  const WithWeights files;
  const Sandbox& sandbox = files.sandbox;
  const std::string out = sandbox.succeed({"doctor", "--data", "data"}).out;
  for (const char* part : {"nanopneumo", "CPU", "threads", "memory", "oneDNN", "HDF5", "devices",
                           "data: 15 + 4 images of NORMAL and PNEUMONIA"}) {
    INFO(part);
    CHECK(contains(out, part));
  }
  sandbox.succeed({"doctor"});
  write_mobilenet_file(sandbox.path("full.h5"), {});
  CHECK(contains(sandbox.succeed({"doctor", "--weights", "full.h5"}).out, "fits MobileNet"));
  sandbox.refuse({"doctor", "--data", "nowhere"}, {"nowhere", "does not exist"});
  sandbox.refuse({"doctor", "--weights", "weights.h5"}, {"weights.h5", "conv1"});
  sandbox.refuse({"doctor", "--weights", "full.h5", "--model", "vgg"}, {"vgg", "mobilenet"});
  sandbox.refuse({"doctor", "--data", "nowhere", "--weights", "missing.h5"},
                 {"nowhere", "missing.h5"});
}

}  // namespace nanopneumo::test
