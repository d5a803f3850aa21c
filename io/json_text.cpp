#include "io/json_text.h"

#include <nlohmann/json.hpp>

namespace nanopneumo {

std::string json_text(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

}  // namespace nanopneumo
