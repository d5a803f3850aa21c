// Any JSON object as tables that a person reads.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace nanopneumo::report {

using Json = nlohmann::ordered_json;

/// The object in `file`. Throws InputError where it cannot be read or holds no JSON object.
Json read_json_object(const std::filesystem::path& file);

/// Names are read with their underscores as spaces. Plain members are rows of one table with the
/// caption `caption`; members of members are named "outer: inner"; a list of up to six objects is a
/// table with a column for each, any other list is cut after six entries, and its length said.
std::string json_tables(const std::string& caption, const Json& object);

}  // namespace nanopneumo::report
