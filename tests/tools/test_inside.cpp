// gradcam, saliency, occlusion and featuremaps as a user calls them.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "io/image.h"
#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "tests/tools/phantom_data.h"

namespace nanopneumo::test {
namespace {

namespace fs = std::filesystem;

const std::string kNormal = "data/test/NORMAL/phantom-000016.png";
const std::string kPneumonia = "data/test/PNEUMONIA/phantom-000017.png";

struct TrainedRun {
  TrainedRun() {
    put_phantoms(sandbox, "data");
    sandbox.succeed(tiny_training("run", {"--data", "data", "--epochs", "2"}));
    fs::copy_file(sandbox.path(kNormal), sandbox.path("picture.png"));
  }

  nlohmann::json manifest(const std::string& folder) const {
    return nlohmann::json::parse(sandbox.read(folder + "/manifest.json"));
  }
  /// That each picture of the manifest is there and can be read.
  void check_pictures(const std::string& folder, std::size_t count) const {
    const nlohmann::json pictures = manifest(folder).at("pictures");
    REQUIRE(pictures.size() == count);
    for (const nlohmann::json& picture : pictures) {
      const std::string file = picture.at("file");
      CHECK(read_image(sandbox.path(folder) / file).height >= kTinySide);
    }
  }

  Sandbox sandbox;
};

}  // namespace

TEST_CASE("gradcam, saliency and occlusion write pictures and say what they are") {
  const TrainedRun run;
  for (const std::string command : {"gradcam", "saliency", "occlusion"}) {
    INFO(command);
    run.sandbox.succeed({command, "run", kNormal, kPneumonia, "picture.png", "--threads", "1"});
    run.check_pictures("run/" + command, 3);
    const nlohmann::json manifest = run.manifest("run/" + command);
    CHECK(manifest.at("method") == command);
    const nlohmann::json& pictures = manifest.at("pictures");
    CHECK(pictures[0].at("label") == "NORMAL");
    CHECK(pictures[1].at("label") == "PNEUMONIA");
    CHECK(pictures[2].at("label").is_null());
    CHECK(pictures[2].at("right").is_null());
    for (int i = 0; i < 2; ++i)
      CHECK(pictures[i].at("right") == (pictures[i].at("called") == pictures[i].at("label")));
    CHECK(pictures[0].at("probability") == pictures[2].at("probability"));
  }
}

TEST_CASE("a folder of pictures holds those of the last call, and what else the user put there") {
  const TrainedRun run;
  const Sandbox& sandbox = run.sandbox;
  sandbox.succeed({"gradcam", "run", kNormal, kPneumonia, "--raw", "--threads", "1"});
  const std::string stale = run.manifest("run/gradcam").at("pictures")[1].at("file");
  CHECK(fs::exists(sandbox.path("run/gradcam") / stale));
  sandbox.write("run/gradcam/mine.png", "mine");
  sandbox.succeed({"gradcam", "run", "picture.png", "--threads", "1"});
  run.check_pictures("run/gradcam", 1);
  CHECK(sandbox.tree("run/gradcam").size() == 3);
  CHECK(sandbox.read("run/gradcam/mine.png") == "mine");
  // A manifest from elsewhere removes nothing elsewhere.
  sandbox.write("keep.png", "keep");
  sandbox.write("run/gradcam/manifest.json",
                R"({"pictures":[{"file":"../../keep.png"},{"file":3},7,{"file":"config.toml"}]})");
  sandbox.succeed({"gradcam", "run", "picture.png", "--threads", "1"});
  CHECK(sandbox.read("keep.png") == "keep");
  count_cases();
}

TEST_CASE("maps speak for the class that is asked for, on every device") {
  const TrainedRun run;
  for (const std::string device : {"cpu", "emulated"}) {
    const auto raw_map = [&](const std::string& name) {
      const std::string out = device + name;
      run.sandbox.succeed({"occlusion", "run", "picture.png", "--class", name, "--raw", "--out",
                           out, "--patch", "23", "--device", device, "--threads", "2"});
      CHECK(run.manifest(out).at("pictures")[0].at("explains") == name);
      const std::string npy = run.sandbox.read(out + "/001-picture.npy");
      const std::size_t bytes = sizeof(float) * kTinySide * kTinySide;
      REQUIRE(npy.size() > bytes);
      std::vector<float> values(static_cast<std::size_t>(kTinySide) * kTinySide);
      std::copy_n(npy.data() + npy.size() - bytes, bytes, reinterpret_cast<char*>(values.data()));
      return values;
    };
    const std::vector<float> normal = raw_map("NORMAL"), pneumonia = raw_map("PNEUMONIA");
    bool any = false;
    for (std::size_t i = 0; i < normal.size(); ++i) {
      CHECK(normal[i] == -pneumonia[i]);
      any = any || normal[i] != 0;
    }
    CHECK(any);
  }
}

TEST_CASE("occlusion of a data set writes an audit") {
  const TrainedRun run;
  const std::string out = run.sandbox
                              .succeed({"occlusion", "run", "--data", "data", "--count", "3",
                                        "--pictures", "1", "--threads", "1"})
                              .out;
  CHECK(contains(out, "covered"));
  run.check_pictures("run/occlusion", 1);
  const nlohmann::json audit =
      nlohmann::json::parse(run.sandbox.read("run/occlusion/occlusion.json"));
  CHECK(audit.at("pictures") == 3);
  CHECK(audit.at("images").size() == 3);
}

TEST_CASE("the pointing game is printed and kept") {
  const TrainedRun run;
  const std::string out =
      run.sandbox.succeed({"gradcam", "run", "--phantoms", "5", "--pictures", "2"}).out;
  CHECK(contains(out, "of 5 phantoms"));
  CHECK(contains(out, "95 % interval"));
  run.check_pictures("run/gradcam", 2);
  CHECK(run.manifest("run/gradcam").at("pointing_game").at("phantoms") == 5);
}

TEST_CASE("featuremaps writes a picture of each layer") {
  const TrainedRun run;
  run.sandbox.succeed({"featuremaps", "run", "picture.png", "--threads", "1"});
  run.check_pictures("run/featuremaps", 5);  // the input and four convolutions
  run.sandbox.succeed({"featuremaps", "run", "picture.png", "--layers", "max_pooling2d,conv2d_1",
                       "--out", "chosen"});
  run.check_pictures("chosen", 3);
  CHECK(fs::exists(run.sandbox.path("chosen/01-max_pooling2d.png")));
}

TEST_CASE("what cannot be looked into is refused") {
  const TrainedRun run;
  const auto refuse = [&](const Arguments& arguments, const std::vector<std::string>& parts) {
    run.sandbox.refuse(arguments, parts);
  };
  refuse({"gradcam", "run", "picture.png", "--layer", "conv9"}, {"conv9", "summary"});
  refuse({"gradcam", "run", "picture.png", "--layer", "dense"}, {"dense", "no map"});
  refuse({"gradcam", "run", "picture.png", "--class", "FLU"}, {"FLU", "PNEUMONIA"});
  refuse({"gradcam", "run"}, {"images", "--data"});
  refuse({"gradcam", "run", "picture.png", "--data", "data"}, {"images", "--data"});
  refuse({"gradcam", "run", "picture.png", "--phantoms", "4"}, {"--phantoms"});
  refuse({"occlusion", "run", "picture.png", "--patch", "47"}, {"47", "--patch"});
  refuse({"occlusion", "run", "picture.png", "--patch", "8", "--stride", "9"}, {"--stride"});
  refuse({"featuremaps", "run", "picture.png", "--layers", "nothing"}, {"nothing"});
  refuse({"saliency", "run", "missing.png"}, {"missing.png"});
  for (const char* noise : {"nan", "0", "-1", "1e300"})
    refuse({"saliency", "run", "picture.png", "--smooth", "2", "--noise", noise}, {"--noise"});
  refuse({"saliency", "run", "picture.png", "--noise", "0.2"}, {"--noise", "--smooth"});
  refuse({"saliency", "run", "picture.png", "--smooth", "2", "--seed", "-1"}, {"--seed"});
}

}  // namespace nanopneumo::test
