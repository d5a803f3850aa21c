// The files in shared/data: written by Keras itself, edited by h5py, or broken on purpose.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "tests/io/messages.h"
#include "tests/io/open_watch.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"
#include "tests/support/formula.h"
#include "tests/support/golden_json.h"
#include "tests/support/manifest.h"

namespace nanopneumo::test {
namespace fs = std::filesystem;
namespace {

const std::vector<std::string> kGoodFiles = {
    "tiny_legacy_weights.h5",   "tiny_full_model.h5",    "tiny_gzip_chunked.h5",
    "tiny_gzip_fletcher.h5",    "tiny_chunked.h5",       "tiny_float64.h5",
    "tiny_bigendian.h5",        "tiny_latest_format.h5", "tiny_vlen_attrs.h5",
    "tiny_nested_old_names.h5", "tiny.weights.h5"};

/// A file that must be refused, and what the message has to say.
struct BadFile {
  std::string name;
  std::vector<std::string> keywords;
};

const std::vector<BadFile> kBadFiles = {
    {"tiny.keras", {".keras archive (ZIP)", "load_model(\"tiny.keras\").save(\"model.h5\")"}},
    {"bad_truncated_half.h5", {"truncated", "14764 bytes of the 29528"}},
    {"bad_truncated_100.h5", {"truncated", "100 bytes of the 29528"}},
    {"bad_truncated_last_byte.h5", {"truncated", "29527 bytes of the 29528"}},
    {"bad_wrong_shape.h5", {"layer 'conv'", "kernel", "(3, 3, 3, 4)", "(3, 3, 3, 5)"}},
    {"bad_transposed_shape.h5", {"layer 'conv'", "kernel", "(3, 3, 3, 4)", "(4, 3, 3, 3)"}},
    {"bad_missing_weight.h5", {"/conv/tiny/conv/kernel", "missing"}},
    {"bad_weight_count.h5", {"layer 'bn'", "expects 4 weights", "has 3"}},
    {"bad_extra_layer.h5", {"6 layers", "tiny expects 5", "'extra'"}},
    {"bad_missing_group.h5", {"'/dense' is missing"}},
    {"bad_nan.h5", {"/conv/tiny/conv/kernel", "layer 'conv'", "1 NaN and 1 infinite"}},
    {"bad_external_storage.h5", {"/conv/tiny/conv/kernel", "external storage", "not opened"}},
    {"bad_external_link.h5", {"'/conv'", "external link", "not followed"}},
    {"bad_softlink_loop.h5", {"'/conv'", "soft link", "not followed"}},
    {"bad_group_for_dataset.h5", {"/conv/tiny/conv/kernel", "group where a data set"}},
    {"bad_dataset_for_group.h5", {"'/conv'", "data set where a group"}},
    {"bad_huge_shape.h5", {"(3, 3, 3, 4)", "(1000000, 1000000, 1, 1)"}},
    {"bad_string_dataset.h5", {"/conv/tiny/conv/kernel", "strings"}},
    {"bad_int_dataset.h5", {"/conv/tiny/conv/kernel", "int32", "kernel"}},
    {"bad_no_layer_names.h5", {"not a Keras weight file", "layer_names"}},
    {"bad_layer_names_type.h5", {"layer_names", "does not hold strings"}},
    {"bad_not_hdf5.h5", {"not an HDF5 file", "text"}},
    {"bad_zero_bytes.h5", {"empty"}},
    {"bad_html_404.h5", {"not an HDF5 file", "HTML"}},
    {"bad_corrupt_header.h5", {"damaged"}},
    {"bad_bit_flips.h5", {""}},
    {"bad_resnet50_official_first_1MiB.h5", {"truncated", "1048576 bytes of the 94653016"}}};

/// Ties to even, 11 significant bits, down to multiples of 2^-24.
float rounded_to_half(float value) {
  int exponent = 0;
  std::frexp(value, &exponent);
  const float unit = std::ldexp(1.0f, std::max(exponent - 11, -24));
  return std::nearbyint(value / unit) * unit;
}

TEST_CASE("good golden files load with the values of the formula") {
  for (const std::string& name : kGoodFiles) {
    const auto path = shared_data("goldens/hdf5/" + name);
    if (!path) continue;
    const Manifest tiny = read_manifest(path->parent_path() / "tiny_manifest.json");
    REQUIRE(tiny.tensors.size() == 12);
    CHECK_MESSAGE(read_keras_weights(*path, "tiny", tiny.layers) == tiny.tensors, name);
    count_cases();
  }
}

TEST_CASE("the float16 golden file loads rounded to half precision") {
  const auto path = shared_data("goldens/hdf5/tiny_float16.h5");
  if (!path) return;
  const Manifest tiny = read_manifest(path->parent_path() / "tiny_manifest.json");
  const auto tensors = read_keras_weights(*path, "tiny", tiny.layers);
  REQUIRE(tensors.size() == tiny.tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    REQUIRE(tensors[i].size() == tiny.tensors[i].size());
    for (std::size_t j = 0; j < tensors[i].size(); ++j)
      CHECK(tensors[i][j] == rounded_to_half(tiny.tensors[i][j]));
  }
  count_cases();
}

TEST_CASE("the golden file with names over several attributes loads") {
  const auto path = shared_data("goldens/hdf5/chunked_layer_names.h5");
  if (!path) return;
  const std::vector<ExpectedLayer> layers = {{"the_dense", {{"kernel", {2, 3}}, {"bias", {3}}}},
                                             {"the_end", {{"kernel", {3, 1}}, {"bias", {1}}}}};
  const auto tensors = read_keras_weights(*path, "chunked", layers);
  REQUIRE(tensors.size() == 4);
  CHECK(tensors[0] == formula_tensor("dense_kernel", {2, 3}, 0));
  CHECK(tensors[1] == formula_tensor("bias", {3}, 1));
  CHECK(tensors[2] == formula_tensor("dense_kernel", {3, 1}, 2));
  CHECK(tensors[3] == formula_tensor("bias", {1}, 3));
  count_cases();
}

TEST_CASE("bad golden files are refused with the path and the cause") {
  for (const BadFile& file : kBadFiles) {
    const auto path = shared_data("goldens/hdf5/" + file.name);
    if (!path) continue;
    const Manifest tiny = read_manifest(path->parent_path() / "tiny_manifest.json");
    const std::string message =
        input_error_of([&] { read_keras_weights(*path, "tiny", tiny.layers); });
    CHECK_MESSAGE(contains(message, path->string()), file.name);
    for (const std::string& keyword : file.keywords)
      CHECK_MESSAGE(contains(message, keyword), file.name, ": ", message);
    count_cases();
  }
}

TEST_CASE("every file of hdf5.json is in one of the tables") {
  const auto path = shared_data("goldens/hdf5/hdf5.json");
  if (!path) return;
  std::set<std::string> tested(kGoodFiles.begin(), kGoodFiles.end());
  for (const BadFile& file : kBadFiles) tested.insert(file.name);
  tested.insert({"tiny_float16.h5", "chunked_layer_names.h5"});
  for (const nlohmann::json& entry : load_json(*path))
    CHECK_MESSAGE(tested.contains(entry.at("file").get<std::string>()), entry.at("file"));
  count_cases();
}

TEST_CASE("the path that bad_external_storage.h5 names is not opened") {
  const auto path = shared_data("goldens/hdf5/bad_external_storage.h5");
  const fs::path named = "/etc/hostname";
  if (!path || !fs::exists(named)) return;
  // The path within is relative to the working folder, four folders deep.
  const TemporaryFolder folder;
  const fs::path before = fs::current_path();
  const fs::path from_root = fs::relative(folder.path(), "/");
  const auto depth = std::distance(from_root.begin(), from_root.end());
  fs::path deep = folder.path();
  for (auto level = depth; level < 4; ++level) deep /= "level";
  fs::create_directories(deep);
  fs::current_path(deep);
  OpenWatch watch(named);
  const Manifest tiny = read_manifest(path->parent_path() / "tiny_manifest.json");
  CHECK(contains(input_error_of([&] { read_keras_weights(*path, "tiny", tiny.layers); }),
                 "external storage"));
  CHECK(!watch.was_opened());
  fs::current_path(before);
  count_cases();
}

TEST_CASE("weight files of MobileNet and DenseNet121 with formula weights load") {
  for (const std::string model : {"mobilenet", "densenet121"}) {
    const auto manifest_path = shared_data("goldens/" + model + "/manifest.json");
    const auto path = shared_data("weights/formula/" + model + "_formula_notop.h5");
    if (!path || !manifest_path) continue;
    const Manifest manifest = read_manifest(*manifest_path);
    CHECK(manifest.tensors.size() > 100);
    CHECK(read_keras_weights(*path, model, manifest.layers) == manifest.tensors);
    count_cases();
  }
}

TEST_CASE("the real MobileNet loads, and its file with the top is recognised") {
  const auto manifest_path = shared_data("goldens/mobilenet/manifest.json");
  const auto notop = shared_data("weights/mobilenet_1_0_224_tf_no_top.h5");
  const auto with_top = shared_data("weights/mobilenet_1_0_224_tf.h5");
  if (!manifest_path || !notop || !with_top) return;
  const Manifest manifest = read_manifest(*manifest_path);
  const auto tensors = read_keras_weights(*notop, "mobilenet", manifest.layers);
  CHECK(tensors.size() == 135);
  std::size_t parameters = 0;
  for (const std::vector<float>& tensor : tensors) parameters += tensor.size();
  CHECK(parameters == 3228864);
  // Batch norm was folded into the convolutions: gamma 1, moving mean 0, variance 0.999.
  CHECK(tensors[1] == std::vector<float>(32, 1.0f));
  CHECK(tensors[3] == std::vector<float>(32, 0.0f));
  CHECK(tensors[4][0] == doctest::Approx(0.999).epsilon(1e-6));

  const std::string message =
      input_error_of([&] { read_keras_weights(*with_top, "mobilenet", manifest.layers); });
  CHECK(contains(message, "55 layers with weights where mobilenet expects 54"));
  CHECK(contains(message, "'conv_preds'"));
  CHECK(contains(message, "no_top.h5"));

  const auto densenet_path = shared_data("goldens/densenet121/manifest.json");
  if (!densenet_path) return;
  const Manifest densenet = read_manifest(*densenet_path);
  const std::string other =
      input_error_of([&] { read_keras_weights(*notop, "densenet121", densenet.layers); });
  CHECK(contains(other, "another model than densenet121"));
  CHECK(contains(other, "(3, 3, 3, 32)"));
  count_cases(3);
}

}  // namespace
}  // namespace nanopneumo::test
