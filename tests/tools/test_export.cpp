// Runs exported for Keras, and weight files looked into.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/io/messages.h"
#include "tests/io/two_layer_files.h"
#include "tests/tools/keras_file.h"
#include "tests/tools/phantom_data.h"

namespace nanopneumo::test {
namespace {

namespace fs = std::filesystem;

/// A small MobileNet with its head, trained for a moment.
void train_mobilenet(const Sandbox& sandbox) {
  sandbox.succeed({"train", "mobilenet", "--weights", "none", "--alpha", "0.25", "--epochs", "1",
                   "--image-size", "46x40", "--phantoms", "12", "--batch", "4", "--threads", "1",
                   "--out", "run"});
}

std::string last_line(const std::string& text) {
  return text.substr(text.rfind('\n', text.size() - 2) + 1);
}

}  // namespace

TEST_CASE("a run of the CNN is exported, with the Keras code for it") {
  const Sandbox sandbox;
  sandbox.succeed(tiny_training("run"));
  const std::string out = sandbox.succeed({"export", "run", "--out", "cnn.h5"}).out;
  for (const char* part :
       {"# cnn.h5: 258881 parameters of CNN from scratch, epoch 1", "keras.Input((46, 46, 3))",
        "for filters in (32, 64, 128, 128):", "model.load_weights(\"cnn.h5\")",
        "lambda levels: levels / 255", "the probability of PNEUMONIA"}) {
    INFO(part);
    CHECK(contains(out, part));
  }
  CHECK(last_line(sandbox.succeed({"inspect", "cnn.h5"}).out) ==
        "fits    CNN from scratch for images of 46 to 61 pixels a side\n");
  // The same bytes again; the other layout holds the same.
  const std::string bytes = sandbox.read("cnn.h5");
  sandbox.succeed({"export", "run", "--format", "keras-h5", "--out", "again.h5"});
  CHECK((bytes == sandbox.read("again.h5")));
  CHECK(contains(sandbox.succeed({"export", "run", "--format", "keras-h5"}).out,
                 "load_weights(\"run/cnn.h5\")"));
  CHECK((bytes == sandbox.read("run/cnn.h5")));
  sandbox.succeed({"export", "run", "--format", "keras-weights-h5", "--out", "cnn.weights.h5"});
  sandbox.succeed({"export", "run", "--format", "keras-weights-h5"});
  CHECK((sandbox.read("cnn.weights.h5") == sandbox.read("run/cnn.weights.h5")));
  CHECK(last_line(sandbox.succeed({"inspect", "cnn.weights.h5"}).out) ==
        "fits    CNN from scratch for images of 46 to 61 pixels a side\n");
}

TEST_CASE("a run of a backbone is exported with its head") {
  const Sandbox sandbox;
  train_mobilenet(sandbox);
  const std::string out = sandbox.succeed({"export", "run", "--out", "head.h5"}).out;
  for (const char* part :
       {"keras.applications.MobileNet(", "weights=None, alpha=0.25, input_shape=(46, 40, 3)",
        "GlobalAveragePooling2D()", "BatchNormalization()", "Dense(256", "Dropout(0.4)",
        "keras.applications.mobilenet.preprocess_input", "resized by nearest neighbour"}) {
    INFO(part);
    CHECK(contains(out, part));
  }
  const std::string listing = sandbox.succeed({"inspect", "head.h5"}).out;
  CHECK(contains(listing, "/dense_1/dense_1/kernel"));
  CHECK(last_line(listing) == "fits    MobileNet (alpha 0.25) with the head of train\n");
  sandbox.succeed({"export", "run", "--checkpoint", "last", "--out", "last.h5"});
}

TEST_CASE("an export that is not possible") {
  const Sandbox sandbox;
  sandbox.succeed(tiny_training("run"));
  sandbox.write("folder.h5/file", "");
  sandbox.refuse({"export", "run", "--out", "cnn.bin"}, {"cnn.bin", ".h5"});
  sandbox.refuse({"export", "run", "--out", "cnn.weights.h5"}, {"cnn.weights.h5", "keras-h5"});
  sandbox.refuse({"export", "run", "--format", "keras-weights-h5", "--out", "cnn.h5"},
                 {"cnn.h5", ".weights.h5"});
  sandbox.refuse({"export", "run", "--format", "onnx", "--out", "cnn.h5"}, {"onnx"});
  sandbox.refuse({"export", "nowhere", "--out", "cnn.h5"}, {"nowhere"});
  sandbox.refuse({"export", "run", "--out", "nowhere/cnn.h5"}, {"nowhere", "cannot be written"});
  sandbox.refuse({"export", "run", "--out", "folder.h5"}, {"folder.h5"});
  RunOptions full;
  full.largest_file = 1000;
  sandbox.refuse({"export", "run", "--out", "cnn.h5"}, {"cnn.h5", "cannot be written"}, full);
}

TEST_CASE("inspect names what a file fits, or what is closest") {
  const Sandbox sandbox;
  const auto fits = [&](const std::string& file) {
    return last_line(sandbox.succeed({"inspect", file}).out);
  };
  write_mobilenet_file(sandbox.path("quarter.h5"), {.alpha = 0.25});
  CHECK(fits("quarter.h5") == "fits    MobileNet (alpha 0.25) without top\n");
  write_mobilenet_file(sandbox.path("top.h5"), {.alpha = 0.5, .include_top = true});
  CHECK(fits("top.h5") == "fits    MobileNet (alpha 0.5) with its classifier on top\n");
  write_mobilenet_file(sandbox.path("odd.h5"), {.alpha = 0.3});
  CHECK(contains(fits("odd.h5"), "no model known here; the closest is MobileNet"));
  write_mobilenet_file(sandbox.path("nan.h5"), {.alpha = 0.25}, /*nan=*/true);
  CHECK(contains(sandbox.succeed({"inspect", "nan.h5"}).out, "1 NaN or infinite"));
}

TEST_CASE("inspect refuses what is no sound weight file") {
  const Sandbox sandbox;
  sandbox.refuse({"inspect"}, {"FILE"});
  sandbox.refuse({"inspect", "missing.h5"}, {"missing.h5", "does not exist"});
  sandbox.write("text.h5", "text");
  sandbox.refuse({"inspect", "text.h5"}, {"text.h5", "not an HDF5 file but text"});
  write_mobilenet_file(sandbox.path("whole.h5"), {.alpha = 0.25});
  const std::string whole = sandbox.read("whole.h5");
  sandbox.write("half.h5", whole.substr(0, whole.size() / 2));
  sandbox.refuse({"inspect", "half.h5"}, {"half.h5", "truncated"});
  {
    Hdf5Writer writer(sandbox.path("loop.h5"));
    writer.names("/", "layer_names", {"a"});
    H5Lcreate_soft("/a", writer.file(), "a", H5P_DEFAULT, H5P_DEFAULT);
  }
  sandbox.refuse({"inspect", "loop.h5"}, {"loop.h5", "soft link"});
}

TEST_CASE("inspect refuses the bad golden files in one sentence each") {
  const auto folder = shared_data("goldens/hdf5", 20);
  if (!folder) return;
  const Sandbox sandbox;
  // Sound HDF5 files with sound Keras layouts, which only do not fit the model they were made for.
  const std::vector<std::string> listed = {"bad_wrong_shape.h5",  "bad_transposed_shape.h5",
                                           "bad_weight_count.h5", "bad_extra_layer.h5",
                                           "bad_nan.h5",          "bad_int_dataset.h5"};
  for (const fs::directory_entry& entry : fs::directory_iterator(*folder)) {
    const std::string name = entry.path().filename();
    if (!name.ends_with(".h5") && !name.ends_with(".keras")) continue;
    INFO(name);
    const bool sound = !name.starts_with("bad_") && !name.ends_with(".keras");
    if (sound || std::ranges::find(listed, name) != listed.end())
      CHECK(contains(sandbox.succeed({"inspect", entry.path()}).out, "no model known here"));
    else
      sandbox.refuse({"inspect", entry.path()}, {name});
  }
}

}  // namespace nanopneumo::test
