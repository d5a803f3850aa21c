// JSON as this project's files hold it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace nanopneumo {

/// Indented by two spaces, with a newline at its end. JSON has to be UTF-8, while class names, paths and options may be
/// any bytes: what is no UTF-8 in them comes out as U+FFFD.
std::string json_text(const nlohmann::ordered_json& json);

}  // namespace nanopneumo
