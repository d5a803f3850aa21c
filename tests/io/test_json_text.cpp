#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "io/json_text.h"

using namespace nanopneumo;

TEST_CASE("JSON text keeps the order of its members, and is UTF-8 whatever its names are") {
  const std::string text =
      json_text({{"second", 2}, {"first", {1, 2}}, {"name", "caf\xE9"}, {"utf8", "café"}});
  CHECK(text ==
        "{\n  \"second\": 2,\n  \"first\": [\n    1,\n    2\n  ],\n"
        "  \"name\": \"caf\uFFFD\",\n  \"utf8\": \"café\"\n}\n");
  CHECK(nlohmann::json::parse(text).at("second") == 2);
}
