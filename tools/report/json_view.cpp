#include "tools/report/json_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "io/file_bytes.h"
#include "tensor/errors.h"
#include "tools/report/figures.h"
#include "tools/report/html.h"

namespace nanopneumo::report {
namespace {

constexpr std::uint64_t kMaxBytes = 64u << 20;
constexpr std::size_t kMaxEntries = 6;

using Rows = std::vector<std::pair<std::string, std::string>>;  // name and value, HTML

std::string words(const std::string& name) {
  std::string text = name;
  std::ranges::replace(text, '_', ' ');
  return escape(text);
}

bool is_list_of_objects(const Json& json) {
  return json.is_array() && !json.empty() &&
         std::ranges::all_of(json, [](const Json& item) { return item.is_object(); });
}

std::string value(const Json& json) {
  if (json.is_string()) return escape(json.get<std::string>());
  if (json.is_boolean()) return json.get<bool>() ? "yes" : "no";
  if (json.is_number_integer()) return whole(json.get<std::int64_t>());
  if (json.is_number_float()) return fmt::format("{:.4g}", json.get<double>());
  if (json.is_null()) return "–";
  if (json.empty()) return "none";
  if (!json.is_array()) return escape(json.dump(-1, ' ', false, Json::error_handler_t::replace));
  std::string text;
  for (std::size_t i = 0; i < std::min(json.size(), kMaxEntries); ++i)
    text += (i ? ", " : "") + value(json[i]);
  if (json.size() > kMaxEntries) text += fmt::format(" … ({} in all)", json.size());
  return text;
}

void flatten(const std::string& prefix, const Json& object, Rows& rows) {
  for (const auto& [name, member] : object.items()) {
    const std::string full = prefix.empty() ? words(name) : prefix + ": " + words(name);
    if (member.is_object())
      flatten(full, member, rows);
    else if (is_list_of_objects(member) && member.size() == 1)
      flatten(full, member[0], rows);
    else
      rows.emplace_back(full, value(member));
  }
}

/// A column for each object, a row for each member that any of them has.
std::string side_by_side(const std::string& caption, const Json& list) {
  std::vector<Rows> columns;
  std::vector<std::string> names, headings{"What"};
  for (std::size_t i = 0; i < list.size(); ++i) {
    columns.emplace_back();
    flatten("", list[i], columns.back());
    headings.push_back(std::to_string(i + 1));
    for (const auto& [name, text] : columns.back())
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  HtmlTable table(caption, headings);
  for (const std::string& name : names) {
    std::vector<std::string> cells{name};
    for (const Rows& column : columns) {
      const auto found = std::ranges::find(column, name, &Rows::value_type::first);
      cells.push_back(found == column.end() ? "–" : found->second);
    }
    table.add(cells);
  }
  return table.html();
}

}  // namespace

Json read_json_object(const std::filesystem::path& file) {
  Json json;
  try {
    json = Json::parse(read_file_bytes(file, kMaxBytes));
  } catch (const Json::exception&) {
    throw_input_error("{} is no JSON; make it again, or remove it", shown(file));
  }
  if (!json.is_object())
    throw_input_error("{} is no JSON object; make it again, or remove it", shown(file));
  return json;
}

std::string json_tables(const std::string& caption, const Json& object) {
  Json plain = Json::object();
  std::string rest;
  for (const auto& [name, member] : object.items()) {
    if (!is_list_of_objects(member))
      plain[name] = member;
    else if (member.size() <= kMaxEntries)
      rest += side_by_side(words(name), member);
    else
      plain[name] = fmt::format("{} entries", member.size());
  }
  if (plain.empty()) return rest;
  HtmlTable table(caption, {"What", "Found"});
  Rows rows;
  flatten("", plain, rows);
  for (const auto& [name, text] : rows) table.add({name, text});
  return table.html() + rest;
}

}  // namespace nanopneumo::report
