// Keras 3's .weights.h5 files, sound and not.
#include <doctest/doctest.h>

#include "tests/io/open_watch.h"
#include "tests/io/two_layer_files.h"

namespace nanopneumo::test {
namespace {

const std::vector<std::string> kPaths = {"/conv2d/vars/0",
                                         "/conv2d/vars/1",
                                         "/batch_normalization/vars/0",
                                         "/batch_normalization/vars/1",
                                         "/batch_normalization/vars/2",
                                         "/batch_normalization/vars/3"};

/// The six tensors without the one called `missing`, below `root`.
void write_tensors(Hdf5Writer& writer, const std::string& missing = "",
                   const std::string& root = "/layers") {
  for (std::size_t i = 0; i < kPaths.size(); ++i)
    if (kPaths[i] != missing)
      writer.floats(root + kPaths[i], two_layer_lengths(i), two_layer_values(i));
}

TEST_CASE("a .weights.h5 file loads, with the groups of layers without weights and an optimizer") {
  check_loads([](Hdf5Writer& writer) { write_tensors(writer); });
  check_loads([](Hdf5Writer& writer) {
    write_tensors(writer);
    writer.group("/layers/re_lu/vars");
    writer.group("/layers/input_layer");
    writer.group("/vars");
    writer.floats("/optimizer/vars/0", {1}, std::vector<float>{3});
  });
}

TEST_CASE("the name that Keras 2.13 gave the layers is known") {
  check_loads(
      [](Hdf5Writer& writer) { write_tensors(writer, "", "/_layer_checkpoint_dependencies"); });
}

TEST_CASE("a .weights.h5 file that lacks something or has too much is refused") {
  CHECK(contains(refusal([](Hdf5Writer& writer) { write_tensors(writer, kPaths[5]); }),
                 "layer 'bn' expects 4 weights"));
  CHECK(contains(refusal([](Hdf5Writer& writer) { write_tensors(writer, kPaths[2]); }),
                 "'/layers/batch_normalization/vars/0' is missing"));
  CHECK(contains(refusal([](Hdf5Writer& writer) {
                   writer.floats("/layers" + kPaths[0], two_layer_lengths(0), two_layer_values(0));
                   writer.floats("/layers" + kPaths[1], two_layer_lengths(1), two_layer_values(1));
                 }),
                 "ends before layer 'bn'"));
  CHECK(contains(refusal([](Hdf5Writer& writer) {
                   write_tensors(writer);
                   writer.floats("/layers/dense/vars/0", {4, 1}, std::vector<float>(4));
                 }),
                 "then 'dense' follows"));
  CHECK(contains(refusal([](Hdf5Writer& writer) {
                   write_tensors(writer, kPaths[0]);
                   writer.floats("/layers" + kPaths[0], {4, 3, 3, 2}, two_layer_values(0));
                 }),
                 "expects kernel of shape (3, 3, 2, 4), but '/layers/conv2d/vars/0'"));
  CHECK(contains(refusal([](Hdf5Writer& writer) { writer.floats("/layers", {1}, {}); }),
                 "'/layers' is a data set where a group should be"));
  CHECK(contains(refusal([](Hdf5Writer& writer) {
                   write_tensors(writer);
                   writer.group("/layers/functional/layers/conv2d/vars");
                 }),
                 "'/layers/functional' is a model inside of the model"));
}

TEST_CASE("links in a .weights.h5 file lead nowhere") {
  const TemporaryFolder folder;
  const std::filesystem::path other = folder.path() / "other.h5";
  {
    Hdf5Writer writer(other);
    write_tensors(writer);
  }
  OpenWatch watch(other);
  const auto refused_without_opening = [&](const Write& write, const char* part) {
    CHECK(contains(refusal([&](Hdf5Writer& writer) {
                     write(writer);
                     watch.was_opened();
                   }),
                   part));
    CHECK(!watch.was_opened());
  };
  for (const char* place :
       {"/layers", "/layers/conv2d", "/layers/conv2d/vars", "/layers/conv2d/vars/0"}) {
    const auto parent = std::filesystem::path(place).parent_path();
    refused_without_opening(
        [&](Hdf5Writer& writer) {
          if (parent != "/") writer.group(parent);
          H5Lcreate_external(other.c_str(), place, writer.file(), place, H5P_DEFAULT, H5P_DEFAULT);
        },
        "external link");
    refused_without_opening(
        [&](Hdf5Writer& writer) {
          if (parent != "/") writer.group(parent);
          H5Lcreate_soft(place, writer.file(), place, H5P_DEFAULT, H5P_DEFAULT);
        },
        "soft link");
  }
}

TEST_CASE("a layer's own name is shown, whatever it holds") {
  const auto with_name = [](const auto& set_name) {
    return refusal([&](Hdf5Writer& writer) {
      write_tensors(writer);
      writer.floats("/layers/dense/vars/0", {4, 1}, std::vector<float>(4));
      set_name(writer);
    });
  };
  CHECK(contains(with_name([](Hdf5Writer& writer) {
                   writer.names("/layers/dense/vars", "name", {"predictions"}, Strings::kVariable);
                 }),
                 "then 'predictions' follows"));
  CHECK(contains(with_name([](Hdf5Writer& writer) {
                   writer.names("/layers/dense/vars", "name", {"\x1b[2J"});
                 }),
                 "\\x1b"));
  CHECK(contains(with_name([](Hdf5Writer& writer) {
                   writer.names("/layers/dense/vars", "name", {"two", "names"});
                 }),
                 "then 'dense' follows"));
}

}  // namespace
}  // namespace nanopneumo::test
