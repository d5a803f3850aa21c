#include <doctest/doctest.h>

#include "tensor/errors.h"
#include "tests/io/keras_files.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"
#include "tests/support/file_content.h"

namespace nanopneumo::test {
namespace {

TEST_CASE("both files that Keras wrote load") {
  const std::vector<ExportedLayer> model = keras_files_model();
  CHECK(read_keras_weights(keras_legacy_file(), "small", expected(model).layers) ==
        values_of(model));
  CHECK(read_keras_weights(keras3_file(), "small", expected(model).layers) == values_of(model));
  count_cases(2);
}

TEST_CASE("a legacy file is the one that Keras wrote, to the byte") {
  const std::string ours = keras_h5_file(keras_files_model()),
                    keras = file_content(keras_legacy_file());
  REQUIRE(ours.size() == keras.size());
  CHECK((ours == keras));
  count_cases();
}

TEST_CASE("the same weights give the same bytes, other weights others") {
  std::vector<ExportedLayer> model = keras_files_model();
  const std::string legacy = keras_h5_file(model), keras3 = keras_weights_h5_file(model);
  CHECK((legacy == keras_h5_file(model)));
  CHECK((keras3 == keras_weights_h5_file(model)));
  model[1].values[0][5] += 1;
  CHECK((legacy != keras_h5_file(model)));
  CHECK((keras3 != keras_weights_h5_file(model)));
  count_cases(4);
}

TEST_CASE("what is written reads back, layers of one class in their order") {
  // Twelve, so that conv2d_10 has to come after conv2d_9.
  std::vector<ExportedLayer> model;
  for (int i = 0; i < 12; ++i) {
    const Shape shape{1, 1, i + 1, 2};
    model.push_back({{fmt::format("c{}", i), {{"kernel", shape}}, "conv2d"},
                     {formula_tensor("conv_kernel", shape, i)}});
  }
  const TemporaryFolder folder;
  for (const std::string& bytes : {keras_h5_file(model), keras_weights_h5_file(model)}) {
    const auto path = folder.file("weights.h5", bytes);
    CHECK(read_keras_weights(path, "small", expected(model).layers) == values_of(model));
    count_cases();
  }
}

TEST_CASE("values that do not fill their shape are a programming error") {
  std::vector<ExportedLayer> model = keras_files_model();
  model[1].values[1].pop_back();
  CHECK_THROWS_AS(keras_h5_file(model), ShapeError);
  CHECK_THROWS_AS(keras_weights_h5_file(model), ShapeError);
  count_cases(2);
}

}  // namespace
}  // namespace nanopneumo::test
