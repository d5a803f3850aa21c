// Weight files as Keras writes them, from networks of ours.
#include <doctest/doctest.h>

#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"
#include "tests/support/formula_network.h"
#include "train/network.h"
#include "train/pretrained.h"

namespace nanopneumo::test {
namespace {

TEST_CASE("The files that Keras wrote with formula weights come out again to the byte") {
  const auto device = make_cpu_device(1);
  for (const std::string model : {"mobilenet", "densenet121"}) {
    const auto path = shared_data("weights/formula/" + model + "_formula_notop.h5");
    if (!path) continue;
    const Graph graph = build_model(find_architecture(model), {96, 96, 3}, {});
    Parameters<float> parameters(graph, *device, 1);
    assign_formula(graph, parameters);
    const std::string ours = keras_h5_file(exported_layers(graph, parameters));
    const std::string keras = file_content(*path);
    INFO(model, ": ", ours.size(), " bytes, Keras' file has ", keras.size());
    CHECK((ours == keras));
    count_cases();
  }
}

}  // namespace
}  // namespace nanopneumo::test
