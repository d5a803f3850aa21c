#include <doctest/doctest.h>

#include <limits>

#include "tests/io/open_watch.h"
#include "tests/io/two_layer_files.h"
#include "tests/support/file_content.h"

namespace nanopneumo::test {
namespace fs = std::filesystem;
namespace {

TEST_CASE("a shape that would exhaust memory is refused before anything is allocated") {
  const std::string message = refusal(with_kernel([](Hdf5Writer& writer) {
    const Hdf5Properties creation = creation_properties();
    const hsize_t chunk[] = {64, 64, 1, 1};
    H5Pset_chunk(creation.get(), 4, chunk);
    writer.dataset(two_layer_paths()[0], {10'000'000'000, 10'000'000'000, 1, 1}, {}, H5T_IEEE_F32LE,
                   creation);
  }));
  CHECK(contains(message, "(10000000000, 10000000000, 1, 1)"));
}

TEST_CASE("values that were never written are not taken for zeros") {
  CHECK(contains(refusal(with_kernel([](Hdf5Writer& writer) {
                   writer.dataset(two_layer_paths()[0], {3, 3, 2, 4}, {}, H5T_IEEE_F32LE,
                                  creation_properties());
                 })),
                 "no values were ever written"));
  CHECK(contains(refusal(with_kernel([](Hdf5Writer& writer) {
                   const Hdf5Properties creation = creation_properties();
                   const hsize_t chunk[] = {3, 3, 2, 1};
                   H5Pset_chunk(creation.get(), 4, chunk);
                   writer.dataset(two_layer_paths()[0], {3, 3, 2, 4}, {}, H5T_IEEE_F32LE, creation);
                   const Hdf5Object kernel(
                       H5Dopen2(writer.file(), two_layer_paths()[0].c_str(), H5P_DEFAULT));
                   const Hdf5Space part(H5Dget_space(kernel.get()));
                   const hsize_t start[] = {0, 0, 0, 0}, count[] = {3, 3, 2, 1};
                   H5Sselect_hyperslab(part.get(), H5S_SELECT_SET, start, nullptr, count, nullptr);
                   const Hdf5Space memory(H5Screate_simple(4, count, nullptr));
                   const std::vector<float> ones(18, 1.0f);
                   H5Dwrite(kernel.get(), H5T_NATIVE_FLOAT, memory.get(), part.get(), H5P_DEFAULT,
                            ones.data());
                 })),
                 "1 of its 4 chunks"));
}

TEST_CASE("NaN and infinity are counted and the tensor is named") {
  const std::string message = refusal(with_kernel([](Hdf5Writer& writer) {
    std::vector<float> values = two_layer_values(0);
    values[5] = values[70] = std::numeric_limits<float>::quiet_NaN();
    values[0] = -std::numeric_limits<float>::infinity();
    writer.floats(two_layer_paths()[0], {3, 3, 2, 4}, values);
  }));
  CHECK(contains(message, "2 NaN and 1 infinite"));
  CHECK(contains(message, "of layer 'conv'"));
  CHECK(contains(message, "the first at (0, 0, 0, 0)"));
  CHECK(contains(message, "/conv/conv/kernel"));
}

TEST_CASE("what is not a number type is refused, and said so") {
  CHECK(contains(
      refusal(with_kernel([](Hdf5Writer& writer) {
        writer.dataset(two_layer_paths()[0], {3, 3, 2, 4}, {}, H5T_C_S1, creation_properties());
      })),
      "strings"));
  CHECK(contains(
      refusal(with_kernel([](Hdf5Writer& writer) {
        writer.floats(two_layer_paths()[0], {3, 3, 2, 4}, two_layer_values(0), H5T_STD_U16BE);
      })),
      "uint16"));
}

TEST_CASE("a filter that is not needed is refused by its name") {
  const std::string message = refusal(with_kernel([](Hdf5Writer& writer) {
    const Hdf5Properties creation = creation_properties();
    const hsize_t chunk[] = {3, 3, 2, 4};
    H5Pset_chunk(creation.get(), 4, chunk);
    H5Pset_nbit(creation.get());
    writer.dataset(two_layer_paths()[0], {3, 3, 2, 4}, two_layer_values(0), H5T_IEEE_F32LE,
                   creation);
  }));
  CHECK(contains(message, "nbit"));
}

TEST_CASE("nothing outside the file is opened") {
  const TemporaryFolder folder;
  const fs::path other = folder.path() / "other.h5";
  {
    Hdf5Writer writer(other);
    write_two_layer_names(writer);
    write_two_layer_tensors(writer);
  }
  OpenWatch watch(other);
  file_content(other);
  REQUIRE(watch.was_opened());

  const auto kernel_elsewhere = [&](const Write& set_kernel) {
    return refusal([&](Hdf5Writer& writer) {
      write_two_layer_names(writer);
      write_two_layer_tensors(writer, 1);
      set_kernel(writer);
      watch.was_opened();  // to write such a file may open the other one
    });
  };
  CHECK(contains(kernel_elsewhere([&](Hdf5Writer& writer) {
                   H5Lcreate_external(other.c_str(), "/conv/conv/kernel", writer.file(),
                                      "/conv/conv/kernel", H5P_DEFAULT, H5P_DEFAULT);
                 }),
                 "external link"));
  CHECK(!watch.was_opened());
  CHECK(contains(kernel_elsewhere([&](Hdf5Writer& writer) {
                   const Hdf5Properties creation = creation_properties();
                   H5Pset_external(creation.get(), other.c_str(), 0, 288);
                   writer.dataset(two_layer_paths()[0], {3, 3, 2, 4}, {}, H5T_IEEE_F32LE, creation);
                 }),
                 "external storage"));
  CHECK(!watch.was_opened());
  CHECK(contains(kernel_elsewhere([&](Hdf5Writer& writer) {
                   const Hdf5Properties creation = creation_properties();
                   const hsize_t lengths[] = {3, 3, 2, 4};
                   const Hdf5Space space(H5Screate_simple(4, lengths, nullptr));
                   H5Pset_virtual(creation.get(), space.get(), other.c_str(), "/conv/conv/kernel",
                                  space.get());
                   writer.dataset(two_layer_paths()[0], {3, 3, 2, 4}, {}, H5T_IEEE_F32LE, creation);
                 }),
                 "virtual"));
  CHECK(!watch.was_opened());
}

TEST_CASE("soft links are refused, so that a loop of them cannot hang") {
  const std::string message = refusal([](Hdf5Writer& writer) {
    write_two_layer_names(writer);
    write_two_layer_tensors(writer);
    H5Ldelete(writer.file(), "conv", H5P_DEFAULT);
    H5Lcreate_soft("/a", writer.file(), "conv", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/conv", writer.file(), "a", H5P_DEFAULT, H5P_DEFAULT);
  });
  CHECK(contains(message, "'/conv' is a soft link"));
}

TEST_CASE("missing and mistaken objects are named") {
  CHECK(contains(refusal(with_kernel([](Hdf5Writer&) {})), "'/conv/conv/kernel' is missing"));
  CHECK(
      contains(refusal(with_kernel([](Hdf5Writer& writer) { writer.group("/conv/conv/kernel"); })),
               "'/conv/conv/kernel' is a group where a data set should be"));
  CHECK(contains(refusal([](Hdf5Writer& writer) {
                   writer.names("/", "layer_names", {"conv"});
                   writer.floats("/conv", {1}, std::vector<float>{1});
                 }),
                 "'/conv' is a data set where a group should be"));
  CHECK(contains(refusal([](Hdf5Writer& writer) {
                   writer.names("/", "layer_names", {"conv"});
                   writer.group("/conv");
                 }),
                 "'/conv' has no attribute weight_names"));
  CHECK(contains(refusal([](Hdf5Writer& writer) { writer.names("/", "layer_names", {""}); }),
                 "is not a name"));
}

TEST_CASE("a hostile name cannot reach the terminal") {
  const std::string message = refusal([](Hdf5Writer& writer) {
    writer.names("/", "layer_names", {"\x1b[2J" + std::string(5000, 'x')});
  });
  CHECK(contains(message, "\\x1b"));
  CHECK(message.size() < 400);
}

TEST_CASE("what is not an HDF5 file is named for what it is") {
  const TemporaryFolder folder;
  const auto message_for = [&](const std::string& content) {
    count_cases();
    const fs::path path = folder.file("weights.h5", content);
    return input_error_of([&] { read_keras_weights(path, "two", two_layers()); });
  };
  CHECK(contains(message_for(""), "empty"));
  CHECK(contains(message_for("<!DOCTYPE html><title>404</title>"), "HTML"));
  CHECK(contains(message_for("Hello.\n"), "not an HDF5 file but text"));
  CHECK(contains(message_for("version https://git-lfs.github.com/spec/v1\n"), "git lfs pull"));
  CHECK(contains(message_for("PK\x03\x04" + std::string(26, '\0') + "metadata.json"), ".keras"));
  CHECK(contains(message_for("PK\x03\x04" + std::string(26, '\0') + "a.txt"), "ZIP archive"));
  CHECK(contains(message_for("PK"), "ZIP archive"));
  CHECK(contains(message_for("\x1f\x8b\x08"), "gunzip"));
  CHECK(contains(message_for(std::string(2000, '\x01')), "without the HDF5 signature"));
  CHECK(contains(message_for("\x89HDF\r\n\x1a\n"), "damaged"));
  const auto read = [](const fs::path& path) { read_keras_weights(path, "two", two_layers()); };
  CHECK(contains(input_error_of([&] { read(folder.path() / "none.h5"); }), "does not exist"));
  CHECK(contains(input_error_of([&] { read(folder.path()); }), "is a folder"));
}

TEST_CASE("a file that was cut off is refused with its real and its declared length") {
  const TemporaryFolder folder;
  const std::string whole = file_content(written(folder, [](Hdf5Writer& writer) {
    write_two_layer_names(writer);
    write_two_layer_tensors(writer);
  }));
  const fs::path half = folder.file("half.h5", whole.substr(0, whole.size() / 2));
  const std::string message =
      input_error_of([&] { read_keras_weights(half, "two", two_layers()); });
  CHECK(contains(message, fmt::format("has {} bytes of the {}", whole.size() / 2, whole.size())));
  count_cases();
}

}  // namespace
}  // namespace nanopneumo::test
