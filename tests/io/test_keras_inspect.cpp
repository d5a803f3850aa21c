#include <doctest/doctest.h>

#include "io/keras_inspect.h"
#include "tests/io/keras_files.h"
#include "tests/io/two_layer_files.h"

namespace nanopneumo::test {
namespace {

const std::vector<ExpectedModel> kModels = {
    {"Two", two_layers(), {{"predictions", {{"kernel", {4, 5}}}, "dense"}}},
    {"Other", {{"stem", {{"kernel", {7, 7, 2, 4}}}, "conv2d"}}}};

std::string described(const Write& write) {
  const TemporaryFolder folder;
  count_cases();
  return describe_keras_file(written(folder, write), kModels);
}

void write_two(Hdf5Writer& writer) {
  write_two_layer_names(writer);
  write_two_layer_tensors(writer);
}

TEST_CASE("a file's tensors, sums, origin and model are listed") {
  const std::string text = described([](Hdf5Writer& writer) {
    write_two(writer);
    writer.names("/", "keras_version", {"2.4.0"});
    writer.names("/", "backend", {"tensorflow"}, Strings::kVariable);
  });
  for (const char* part :
       {"/conv/conv/kernel", "(3, 3, 2, 4)", "float32",
        "2 layers with weights, 6 tensors, 92 "
        "parameters",
        "legacy weight file, Keras 2.4.0, backend tensorflow", "fits    Two without top"}) {
    INFO(part);
    CHECK(contains(text, part));
  }
}

TEST_CASE("a version or backend that is no single string is unknown") {
  const std::string text = described([](Hdf5Writer& writer) {
    write_two(writer);
    writer.names("/", "keras_version", {"2.4.0", "2.5.0"});
    const Hdf5Space scalar(H5Screate(H5S_SCALAR));
    const Hdf5Object root(H5Oopen(writer.file(), "/", H5P_DEFAULT));
    const Hdf5Attribute number(
        H5Acreate2(root.get(), "backend", H5T_NATIVE_INT, scalar.get(), H5P_DEFAULT, H5P_DEFAULT));
    const int seven = 7;
    H5Awrite(number.get(), H5T_NATIVE_INT, &seven);
  });
  CHECK(contains(text, "Keras unknown, backend unknown"));
}

TEST_CASE("Keras' own files are told apart") {
  const std::vector<ExportedLayer> model = keras_files_model();
  const std::vector<ExpectedModel> models = {expected(model)};
  const std::string legacy = describe_keras_file(keras_legacy_file(), models),
                    keras3 = describe_keras_file(keras3_file(), models);
  for (const std::string& text : {legacy, keras3}) {
    CHECK(contains(text, "3 layers with weights, 9 tensors, 101 parameters"));
    CHECK(contains(text, "int64     7 .. 7"));
    CHECK(contains(text, "fits    small\n"));
  }
  CHECK(contains(legacy, "Keras 3.15.1"));
  CHECK(contains(keras3, "Keras 3's .weights.h5"));
  CHECK(contains(keras3, "standard "));
  count_cases(2);
}

TEST_CASE("the closest model is named with the first difference") {
  CHECK(contains(described([](Hdf5Writer& writer) {
                   write_two_layer_names(writer);
                   write_two_layer_tensors(writer, 1);
                   writer.floats(two_layer_paths()[0], {5, 5, 2, 4}, std::vector<float>(200));
                 }),
                 "no model known here; the closest is Two without top, 1 of 2 layers fit; layer "
                 "'conv' expects kernel of shape (3, 3, 2, 4), but '/conv/conv/kernel' has shape "
                 "(5, 5, 2, 4)"));
  CHECK(contains(described([](Hdf5Writer& writer) {
                   write_two(writer);
                   H5Adelete(writer.file(), "layer_names");
                   writer.names("/", "layer_names", {"conv"});
                 }),
                 "the file ends before layer 'bn'"));
  CHECK(contains(described([](Hdf5Writer& writer) { writer.names("/", "layer_names", {}); }),
                 "0 layers with weights, 0 tensors, 0 parameters"));
  CHECK(contains(described([](Hdf5Writer& writer) {
                   writer.names("/", "layer_names", {"res2a_branch2a"});
                   writer.floats("/res2a_branch2a/kernel", {1}, std::vector<float>(1));
                   writer.names("/res2a_branch2a", "weight_names", {"kernel"});
                 }),
                 "published until 2018"));
}

TEST_CASE("a whole network is one with its classifier") {
  CHECK(contains(described([](Hdf5Writer& writer) {
                   write_two(writer);
                   H5Adelete(writer.file(), "layer_names");
                   writer.names("/", "layer_names", {"conv", "bn", "dense"});
                   writer.floats("/dense/kernel", {4, 5}, std::vector<float>(20));
                   writer.names("/dense", "weight_names", {"kernel"});
                 }),
                 "fits    Two with its classifier on top"));
}

TEST_CASE("values that are not finite are counted in the listing") {
  const std::string text = described(with_kernel([](Hdf5Writer& writer) {
    std::vector<float> values = two_layer_values(0);
    values[3] = NAN;
    values[4] = INFINITY;
    writer.floats(two_layer_paths()[0], {3, 3, 2, 4}, values);
  }));
  CHECK(contains(text, "2 NaN or infinite"));
}

TEST_CASE("a file that cannot be listed is refused in one sentence") {
  const TemporaryFolder folder;
  const auto message = [&](const Write& write) {
    count_cases();
    const auto path = written(folder, write);
    return input_error_of([&] { describe_keras_file(path, kModels); });
  };
  CHECK(contains(message(with_kernel([](Hdf5Writer& writer) {
                   const Hdf5Properties creation = creation_properties();
                   const hsize_t chunk[] = {64, 64, 1, 1};
                   H5Pset_chunk(creation.get(), 4, chunk);
                   writer.dataset(two_layer_paths()[0], {10'000'000'000, 10'000'000'000, 1, 1}, {},
                                  H5T_IEEE_F32LE, creation);
                 })),
                 "larger than any weight"));
  CHECK(contains(message(with_kernel([](Hdf5Writer& writer) {
                   writer.dataset(two_layer_paths()[0], {3, 3, 2, 4}, {}, H5T_IEEE_F32LE,
                                  creation_properties());
                 })),
                 "no values were ever written"));
  CHECK(contains(message([](Hdf5Writer& writer) { writer.group("/data"); }),
                 "not a Keras weight file"));
}

}  // namespace
}  // namespace nanopneumo::test
