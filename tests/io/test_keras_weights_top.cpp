// Files of whole networks for networks without their top, and the ResNet50 of 2018.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/io/two_layer_files.h"

namespace nanopneumo::test {
namespace {

const ExpectedModel kWithTop{
    .name = "two",
    .layers = two_layers(),
    .top = {{"fc1", {{"kernel", {4, 3}}, {"bias", {3}}}, "dense"},
            {"predictions", {{"kernel", {3, 5}}, {"bias", {5}}}, "dense"}}};

struct Dense {
  std::string name;
  hsize_t inputs, units;
};

/// The two layers and dense ones after them.
void write_with_top(Hdf5Writer& writer, const std::vector<Dense>& top) {
  write_two_layer_names(writer);
  write_two_layer_tensors(writer);
  std::vector<std::string> names{"conv", "bn"};
  for (const Dense& dense : top) {
    names.push_back(dense.name);
    const std::string group = "/" + dense.name;
    writer.floats(group + "/kernel", {dense.inputs, dense.units},
                  std::vector<float>(dense.inputs * dense.units));
    writer.floats(group + "/bias", {dense.units}, std::vector<float>(dense.units));
    writer.names(group, "weight_names", {"kernel", "bias"});
  }
  H5Adelete(writer.file(), "layer_names");
  writer.names("/", "layer_names", names);
}

TEST_CASE("the top of a whole network is left out, and said to be") {
  const TemporaryFolder folder;
  const auto path = written(folder, [](Hdf5Writer& writer) {
    write_with_top(writer, {{"fc1", 4, 3}, {"predictions", 3, 5}});
  });
  const KerasWeights weights = read_keras_weights(path, kWithTop);
  REQUIRE(weights.tensors.size() == 6);
  for (std::size_t i = 0; i < 6; ++i)
    CHECK(std::ranges::equal(weights.tensors[i], two_layer_values(i)));
  CHECK(weights.left_out == std::vector<std::string>{"fc1", "predictions"});

  const auto without = written(folder, [](Hdf5Writer& writer) { write_with_top(writer, {}); });
  CHECK(read_keras_weights(without, kWithTop).left_out.empty());
  count_cases(2);
}

TEST_CASE("the top of a .weights.h5 file is left out") {
  const TemporaryFolder folder;
  const auto path = written(folder, [](Hdf5Writer& writer) {
    const std::vector<std::string> groups{"conv2d/vars/0",
                                          "conv2d/vars/1",
                                          "batch_normalization/vars/0",
                                          "batch_normalization/vars/1",
                                          "batch_normalization/vars/2",
                                          "batch_normalization/vars/3"};
    for (std::size_t i = 0; i < groups.size(); ++i)
      writer.floats("/layers/" + groups[i], two_layer_lengths(i), two_layer_values(i));
    writer.floats("/layers/dense/vars/0", {4, 3}, std::vector<float>(12));
    writer.floats("/layers/dense/vars/1", {3}, std::vector<float>(3));
    writer.floats("/layers/dense_1/vars/0", {3, 5}, std::vector<float>(15));
    writer.floats("/layers/dense_1/vars/1", {5}, std::vector<float>(5));
  });
  const KerasWeights weights = read_keras_weights(path, kWithTop);
  CHECK(std::ranges::equal(weights.tensors[5], two_layer_values(5)));
  CHECK(weights.left_out.size() == 2);
  count_cases();
}

TEST_CASE("only the architecture's own top is left out") {
  const std::vector<std::vector<Dense>> others = {
      {{"fc1", 4, 3}},                                           // half of it
      {{"fc1", 4, 3}, {"predictions", 3, 6}},                    // another number of classes
      {{"predictions", 3, 5}, {"fc1", 4, 3}},                    // in another order
      {{"fc1", 4, 3}, {"predictions", 3, 5}, {"extra", 5, 2}}};  // and more
  const TemporaryFolder folder;
  for (const std::vector<Dense>& top : others) {
    const auto path = written(folder, [&](Hdf5Writer& writer) { write_with_top(writer, top); });
    const std::string message = input_error_of([&] { read_keras_weights(path, kWithTop); });
    CHECK(contains(message, "all 2 fit and then '" + top[0].name + "' follows"));
    count_cases();
  }
}

TEST_CASE("a model that was used as a layer is recognised") {
  CHECK(contains(refusal([](Hdf5Writer& writer) {
                   writer.names("/", "layer_names", {"mobilenet", "dense"});
                   std::vector<std::string> names;
                   for (int i = 0; i < 9; ++i) {
                     names.push_back(fmt::format("w{}", i));
                     writer.floats("/mobilenet/" + names.back(), {1}, std::vector<float>(1));
                   }
                   writer.names("/mobilenet", "weight_names", names);
                   writer.floats("/dense/kernel", {1, 1}, std::vector<float>(1));
                   writer.names("/dense", "weight_names", {"kernel"});
                 }),
                 "'mobilenet' holds 9 weights, so it is a model inside of the model"));
}

TEST_CASE("the ResNet50 of 2018 is recognised") {
  const std::string message = refusal([](Hdf5Writer& writer) {
    writer.names("/", "layer_names", {"res2a_branch2a"});
    writer.floats("/res2a_branch2a/kernel", {1, 1, 64, 64}, std::vector<float>(64 * 64));
    writer.names("/res2a_branch2a", "weight_names", {"kernel"});
  });
  CHECK(contains(message, "the ResNet50 that Keras published until 2018"));
  CHECK(contains(message, "keras-applications/resnet/"));
}

}  // namespace
}  // namespace nanopneumo::test
