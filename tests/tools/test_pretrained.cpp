// The real ImageNet MobileNet on photos and X-rays, against Keras.
#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "kernels/cpu/cpu_features.h"
#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "tests/support/golden_json.h"
#include "tests/support/npy.h"
#include "tests/tools/phantom_data.h"

namespace nanopneumo::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNoTop = "weights/mobilenet_1_0_224_tf_no_top.h5";
constexpr const char* kTop = "weights/mobilenet_1_0_224_tf.h5";

std::vector<fs::path> xray_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    files.push_back(fs::absolute(entry.path()));
  std::ranges::sort(files);
  return files;
}

/// The first `count` X-rays of both classes as a data set "data".
void link_xrays(const Sandbox& sandbox, const fs::path& xrays, std::size_t count) {
  for (const char* name : {"NORMAL", "PNEUMONIA"}) {
    fs::create_directories(sandbox.path("data") / name);
    const std::vector<fs::path> files = xray_files(xrays / name);
    REQUIRE(files.size() >= count);
    for (std::size_t i = 0; i < count; ++i)
      fs::create_symlink(files[i], sandbox.path("data") / name / files[i].filename());
  }
}

/// The last column of what predict prints.
std::vector<std::string> printed_labels(const std::string& out) {
  std::vector<std::string> result;
  std::istringstream in(out);
  for (std::string line; std::getline(in, line);)
    if (!line.starts_with("#")) result.push_back(line.substr(line.rfind('\t') + 1));
  return result;
}

}  // namespace

TEST_CASE("features of the golden pictures") {
  const auto weights = shared_data(kNoTop, 6), goldens = shared_data("goldens", 0);
  if (!weights || !goldens) return;
  const Sandbox sandbox;
  const std::pair<std::string, std::string> pictures[] = {
      {"mobilenet_imagenet/coral_bird_250.png", "coral_bird"},
      {"mobilenet_imagenet/coral_cat_250.png", "coral_cat"},
      {"mobilenet_imagenet/coral_sunflower_250.png", "coral_sunflower"},
      {"mobilenet_imagenet/dog_samoyed_250.png", "dog_samoyed"},
      {"inputs/xray_normal_250.png", "xray_normal"},
      {"inputs/xray_pneumonia_250.png", "xray_pneumonia"}};
  Arguments arguments{"features", "mobilenet", "--weights", weights->string(),
                      "--out",    "f.npy",     "--threads", "2"};
  for (const auto& [file, name] : pictures) arguments.push_back((*goldens / file).string());
  sandbox.succeed(arguments);
  const NpyArray features = read_npy(sandbox.path("f.npy"));
  REQUIRE(features.shape == Shape{6, 1024});
  for (std::size_t i = 0; i < 6; ++i) {
    const NpyArray golden =
        read_npy(*goldens / ("mobilenet_imagenet/pooled_" + pictures[i].second + "_250.npy"));
    const std::vector<double> row(
        features.values.begin() + static_cast<std::ptrdiff_t>(1024 * i),
        features.values.begin() + static_cast<std::ptrdiff_t>(1024 * (i + 1)));
    const double difference = max_relative_difference(row, golden.values);
    INFO(pictures[i].second, ": ", difference);
    CHECK(difference <= 1e-4);
    count_cases();
  }
}

TEST_CASE("photos are recognised as Keras does") {
  const auto weights = shared_data(kTop, 17),
             golden = shared_data("goldens/mobilenet_imagenet/mobilenet.json", 0),
             photos = shared_data("imagenet_samples", 0);
  if (!weights || !golden || !photos) return;
  const Sandbox sandbox;
  Arguments arguments{"classify", "mobilenet", "--weights", weights->string(), "--threads", "2"};
  const nlohmann::json golden_file = load_json(*golden);
  const nlohmann::json& predictions = golden_file.at("predictions");
  for (const nlohmann::json& prediction : predictions)
    arguments.push_back((*photos / prediction.at("image").get<std::string>()).string());
  REQUIRE(predictions.size() == 17);
  std::istringstream out(sandbox.succeed(arguments).out);
  for (const nlohmann::json& prediction : predictions) {
    const auto image = prediction.at("image").get<std::string>();
    INFO(image);
    std::string line;
    REQUIRE(std::getline(out, line));
    CHECK(line.ends_with(image));
    for (int rank = 0; rank < 5; ++rank) {
      double percent = 0;
      std::string unit, name;
      int index = -1;
      REQUIRE(std::getline(out, line));
      std::istringstream(line) >> percent >> unit >> index >> name;
      if (rank > 0) continue;
      const nlohmann::json& best = prediction.at("top5").at(0);
      CHECK(index == best.at(0).get<int>());
      CHECK(name == best.at(1).get<std::string>());
      // JPEG decoders differ by a level here and there, BMP files have none.
      const double tolerance = image.ends_with(".bmp") ? 0.1 : 5;
      CHECK(std::abs(percent - 100 * best.at(2).get<double>()) <= tolerance);
    }
    count_cases();
  }
}

TEST_CASE("transfer learning on X-rays") {
  const auto weights = shared_data(kNoTop, 1), xrays = shared_data("chest_xray_224/train", 0);
  if (!weights || !xrays) return;
  const Sandbox sandbox;
  link_xrays(sandbox, *xrays, 20);
  const Outcome outcome = sandbox.succeed(
      {"train", "mobilenet", "--weights", weights->string(), "--data", "data", "--val-split", "0.2",
       "--image-size", "96", "--epochs", "1", "--batch", "8", "--threads", "2", "--out", "run"});
  CHECK(contains(outcome.out, "training    32 images"));
  CHECK(contains(outcome.out, "validation  8 images"));
  CHECK(contains(outcome.out, "not by patient"));
  CHECK(contains(sandbox.read("run/config.toml"), weights->filename().string()));
}

TEST_CASE("bfloat16 decides at least 99.5 % of the test X-rays as float32 does") {
  const auto weights = shared_data(kNoTop, 624), xrays = shared_data("chest_xray_224", 0);
  if (!weights || !xrays) return;
  if (!cpu::multiplies_bfloat16()) return skip_cases(624, "this CPU does not multiply bfloat16");
  const Sandbox sandbox;
  link_xrays(sandbox, *xrays / "train", 160);
  sandbox.succeed({"train",     "mobilenet", "--weights",       weights->string(),
                   "--data",    "data",      "--val-split",     "0.1",
                   "--augment", "none",      "--feature-cache", "none",
                   "--epochs",  "4",         "--threads",       "2",
                   "--seed",    "1",         "--out",           "run"});
  const auto answers = [&](const char* precision) {
    Arguments arguments{"predict", "run", "--threads", "2", "--precision", precision};
    for (const char* name : {"NORMAL", "PNEUMONIA"})
      for (const fs::path& file : xray_files(*xrays / "test" / name))
        arguments.push_back(file.string());
    return printed_labels(sandbox.succeed(arguments).out);
  };
  const std::vector<std::string> exact = answers("float32"), rounded = answers("bf16");
  REQUIRE(exact.size() == 624);
  REQUIRE(rounded.size() == 624);
  int same = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) same += exact[i] == rounded[i];
  CHECK(same >= 0.995 * 624);
  CHECK(std::ranges::count(exact, exact[0]) < 600);  // it has learned to tell the classes apart
  count_cases(624);
}

}  // namespace nanopneumo::test
