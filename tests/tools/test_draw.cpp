// Pictures and tables of the networks, and the commands that take any of them.
#include <doctest/doctest.h>

#include <filesystem>

#include "models/registry.h"
#include "models/summary.h"
#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "tests/support/file_content.h"
#include "tests/support/npy.h"
#include "tests/tools/phantom_data.h"

namespace nanopneumo::test {
namespace {

namespace fs = std::filesystem;

const fs::path kDocs = fs::path(NANOPNEUMO_SOURCE_DIR) / "docs";

/// A sandbox with picture.png.
struct WithPicture {
  WithPicture() {
    put_phantoms(sandbox, "data");
    fs::rename(sandbox.path("data/train/NORMAL/phantom-000000.png"), sandbox.path("picture.png"));
  }
  Sandbox sandbox;
};

}  // namespace

TEST_CASE("docs/architectures.md and its pictures are what draw makes of the models") {
  const Sandbox sandbox;
  sandbox.write("architectures.md", file_content(kDocs / "architectures.md"));
  sandbox.succeed({"draw", "--update", "architectures.md"});
  CHECK(sandbox.read("architectures.md") == file_content(kDocs / "architectures.md"));
  for (const Architecture& architecture : architectures()) {
    const std::string picture = "architectures/" + std::string(architecture.name) + ".svg";
    CAPTURE(picture);
    CHECK(!file_content(kDocs / picture).empty());
    CHECK(sandbox.read(picture) == file_content(kDocs / picture));
    count_cases();
  }
  const auto drawn = fs::directory_iterator(kDocs / "architectures");
  CHECK(std::distance(begin(drawn), end(drawn)) == static_cast<long>(architectures().size()));
}

TEST_CASE("draw writes a picture of one model") {
  const Sandbox sandbox;
  sandbox.succeed({"draw", "ResNet-50", "--out", "r.svg", "--image-size", "64x96", "--top"});
  const std::string svg = sandbox.read("r.svg");
  for (const char* part : {"<svg ", "ResNet50 at 64 x 96", "(64, 96, 3)", "conv2_block2", "x 2",
                           "7x7 64 /2", "dense 1000", "prefers-color-scheme:dark"})
    CHECK_MESSAGE(contains(svg, part), part);
  sandbox.refuse({"draw"}, {"--update"});
  sandbox.refuse({"draw", "vgg16"}, {"--out"});
  sandbox.refuse({"draw", "vgg16", "--update", "a.md"}, {"one of them"});
  sandbox.refuse({"draw", "vgg", "--out", "v.svg"}, {"vgg", "vgg16"});
  sandbox.refuse({"draw", "vgg16", "--out", "nowhere/v.svg"}, {"nowhere/v.svg", "written"});
  sandbox.refuse({"draw", "--update", "missing.md"}, {"missing.md"});
  sandbox.write("plain.md", "no marks\n");
  sandbox.refuse({"draw", "--update", "plain.md"}, {"architectures begin"});
  count_cases(8);
}

TEST_CASE("every backbone has a summary, features and classes") {
  const WithPicture with;
  const Sandbox& sandbox = with.sandbox;
  for (const Architecture& architecture : architectures()) {
    if (!architecture.is_backbone) continue;
    const std::string model(architecture.name);
    const std::string size = std::to_string(architecture.minimum_size) + "x" +
                             std::to_string(architecture.minimum_size + 5);
    CAPTURE(model);
    const Graph graph = build_model(architecture, {250, 250, 3}, {});
    const std::string layers = sandbox.succeed({"summary", model, "--layers"}).out;
    CHECK(contains(layers, parameter_totals(graph)));
    for (const Node& node : graph.nodes()) CHECK(contains(layers, " " + node.name + " ("));
    CHECK(contains(sandbox.succeed({"summary", model}).out, parameter_totals(graph)));
    sandbox.succeed({"features", model, "--weights", "none", "--out", "f.npy", "--image-size", size,
                     "--threads", "2", "picture.png"});
    CHECK(read_npy(sandbox.path("f.npy")).shape == Shape{1, graph.output().output[2]});
    const std::string classes =
        sandbox
            .succeed({"classify", model, "--weights", "none", "--image-size", size, "--threads",
                      "2", "picture.png"})
            .out;
    CHECK(contains(classes, " %  "));
    count_cases(4);
  }
}

}  // namespace nanopneumo::test
