#include <doctest/doctest.h>

#include "tests/io/two_layer_files.h"

namespace nanopneumo::test {
namespace fs = std::filesystem;
namespace {

TEST_CASE("a legacy weight file loads, whatever kind of strings its names are") {
  for (const Strings strings : {Strings::kNullTerminated, Strings::kNullPadded,
                                Strings::kSpacePadded, Strings::kVariable, Strings::kVariableUtf8})
    check_loads([strings](Hdf5Writer& writer) {
      write_two_layer_names(writer, strings);
      write_two_layer_tensors(writer);
    });
}

TEST_CASE("a whole saved model loads from /model_weights") {
  check_loads([](Hdf5Writer& writer) {
    writer.group("/model_weights");
    write_two_layer_names(writer, Strings::kNullPadded, "/model_weights");
    write_two_layer_tensors(writer, 0, H5T_IEEE_F32LE, "/model_weights");
  });
}

TEST_CASE("names split over several attributes are put together") {
  check_loads([](Hdf5Writer& writer) {
    write_two_layer_names(writer);
    write_two_layer_tensors(writer);
    H5Adelete(writer.file(), "layer_names");
    writer.names("/", "layer_names0", {"input", "conv"});
    writer.names("/", "layer_names1", {"relu", "bn"});
    H5Adelete_by_name(writer.file(), "/bn", "weight_names", H5P_DEFAULT);
    writer.names("/bn", "weight_names0", {"bn/gamma", "bn/beta", "bn/moving_mean"});
    writer.names("/bn", "weight_names1", {"bn/moving_variance"});
  });
}

TEST_CASE("float64 and big-endian values are converted exactly") {
  for (const hid_t type : {H5T_IEEE_F64LE, H5T_IEEE_F32BE, H5T_IEEE_F64BE})
    check_loads([type](Hdf5Writer& writer) {
      write_two_layer_names(writer);
      write_two_layer_tensors(writer, 0, type);
    });
}

TEST_CASE("chunked and compressed values load") {
  check_loads(with_kernel([](Hdf5Writer& writer) {
    const Hdf5Properties creation = creation_properties();
    const hsize_t chunk[] = {2, 3, 1, 4};
    H5Pset_chunk(creation.get(), 4, chunk);
    H5Pset_shuffle(creation.get());
    H5Pset_deflate(creation.get(), 9);
    H5Pset_fletcher32(creation.get());
    writer.dataset(two_layer_paths()[0], {3, 3, 2, 4}, two_layer_values(0), H5T_IEEE_F32LE,
                   creation);
  }));
}

TEST_CASE("float16 values are widened exactly") {
  const TemporaryFolder folder;
  const fs::path path = written(folder, [](Hdf5Writer& writer) {
    Hdf5Type half(H5Tcopy(H5T_IEEE_F32LE));
    H5Tset_fields(half.get(), 15, 10, 5, 0, 10);
    H5Tset_size(half.get(), 2);
    H5Tset_ebias(half.get(), 15);
    writer.group("/dense");
    writer.names("/", "layer_names", {"dense"});
    writer.names("/dense", "weight_names", {"bias"});
    // The last is the smallest subnormal of half precision.
    const std::vector<float> values = {1.5f, -65504.0f, 0x1p-14f, 0x1p-24f};
    writer.floats("/dense/bias", {4}, values, half.get());
  });
  const std::vector<ExpectedLayer> dense = {{"dense", {{"bias", {4}}}}};
  const Values values = read_keras_weights(path, "dense", dense);
  CHECK(values == Values{{1.5f, -65504.0f, 0x1p-14f, 0x1p-24f}});
  count_cases();
}

TEST_CASE("a scalar counter of integers loads, any other tensor of integers is refused") {
  const auto write = [](Hdf5Writer& writer) {
    writer.group("/normalization");
    writer.names("/", "layer_names", {"normalization"});
    writer.names("/normalization", "weight_names", {"count"});
    writer.floats("/normalization/count", {}, std::vector<float>{7}, H5T_STD_I64LE);
  };
  const TemporaryFolder folder;
  const std::vector<ExpectedLayer> counting = {{"normalization", {{"count", {}}}}};
  CHECK(read_keras_weights(written(folder, write), "n", counting) == Values{{7.0f}});
  const std::string message = refusal(write, {{"normalization", {{"mean", {}}}}});
  CHECK(contains(message, "int64"));
  CHECK(contains(message, "mean"));
  count_cases();
}

TEST_CASE("a wrong shape is refused with both shapes, a transposed one too") {
  for (const std::vector<hsize_t>& lengths :
       {std::vector<hsize_t>{3, 3, 2, 5}, std::vector<hsize_t>{4, 2, 3, 3},
        std::vector<hsize_t>{72}, std::vector<hsize_t>{1, 3, 3, 2, 4}}) {
    std::size_t elements = 1;
    for (const hsize_t length : lengths) elements *= length;
    const std::string message = refusal(with_kernel([&](Hdf5Writer& writer) {
      writer.floats(two_layer_paths()[0], lengths, std::vector<float>(elements));
    }));
    CHECK(contains(message, "layer 'conv' expects kernel of shape (3, 3, 2, 4)"));
    CHECK(contains(message, fmt::format("{}", fmt::join(lengths, ", "))));
  }
}

TEST_CASE("files without layer_names are told apart") {
  CHECK(contains(refusal([](Hdf5Writer& writer) { writer.group("/data"); }),
                 "not a Keras weight file"));
  CHECK(contains(refusal([](Hdf5Writer& writer) { writer.group("/layers/conv2d/vars"); }),
                 "0 layers with weights where two expects 2"));
}

TEST_CASE("the file of the network with its top is recognised") {
  const std::string message = refusal([](Hdf5Writer& writer) {
    write_two_layer_names(writer);
    write_two_layer_tensors(writer);
    H5Adelete(writer.file(), "layer_names");
    writer.names("/", "layer_names", {"conv", "bn", "predictions"});
    writer.group("/predictions");
    writer.names("/predictions", "weight_names", {"kernel"});
    writer.floats("/predictions/kernel", {4, 1}, std::vector<float>(4));
  });
  CHECK(contains(message, "3 layers with weights where two expects 2"));
  CHECK(contains(message, "then 'predictions' follows"));
  CHECK(contains(message, "without the top"));
}

TEST_CASE("the weights of another model are recognised, and where a file ends too early") {
  std::vector<ExpectedLayer> other = {{"block1_conv1", {{"kernel", {3, 3, 3, 64}}}},
                                      {"block1_conv2", {{"kernel", {3, 3, 64, 64}}}}};
  const auto write = [](Hdf5Writer& writer) {
    write_two_layer_names(writer);
    write_two_layer_tensors(writer);
  };
  CHECK(contains(refusal(write, other), "another model than two"));
  std::vector<ExpectedLayer> longer = two_layers();
  longer.push_back({"conv2", {{"kernel", {1, 1, 4, 4}}}});
  CHECK(contains(refusal(write, longer), "ends before layer 'conv2'"));
  std::vector<ExpectedLayer> fewer = two_layers();
  fewer[1].tensors.pop_back();
  CHECK(contains(refusal(write, fewer), "layer 'bn' expects 3 weights"));
}

}  // namespace
}  // namespace nanopneumo::test
