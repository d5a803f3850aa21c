#include "tests/support/manifest.h"

#include "layers/layer.h"
#include "tests/support/formula.h"
#include "tests/support/golden_json.h"

namespace nanopneumo::test {

Manifest read_manifest(const std::filesystem::path& path) {
  Manifest manifest;
  const nlohmann::json json = load_json(path);
  for (const nlohmann::json& layer : json.at("layers")) {
    ExpectedLayer expected{layer.at("name").get<std::string>(),
                           {},
                           to_snake_case(layer.at("class").get<std::string>())};
    for (const nlohmann::json& weight : layer.at("weights")) {
      const auto name = weight.at("name").get<std::string>();
      const Shape shape(weight.at("shape").get<std::vector<std::int64_t>>());
      expected.tensors.push_back({name.substr(name.rfind('/') + 1), shape});
      manifest.tensors.push_back(formula_tensor(weight.at("kind").get<std::string>(), shape,
                                                weight.at("p").get<std::int64_t>()));
    }
    if (!expected.tensors.empty()) manifest.layers.push_back(std::move(expected));
  }
  return manifest;
}

}  // namespace nanopneumo::test
