#include "io/safetensors_header.h"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "io/file_bytes.h"
#include "io/printable.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& why) {
  throw_input_error(
      "{}: the checkpoint is damaged or not a safetensors file: {}; give another checkpoint",
      shown(path), why);
}

/// Looks at each step of the parser: header, tensor, shape are three levels and no name comes twice
/// (JSON parsers differ in which of two they keep).
class StructureCheck {
 public:
  explicit StructureCheck(const std::filesystem::path& path) : path_(path) {}

  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    constexpr int kDeepest = 2;
    const bool starts =
        event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (starts && depth > kDeepest) refuse(path_, "its header is nested too deeply");
    if (event == Json::parse_event_t::object_start) keys_at(depth + 1).clear();
    if (event == Json::parse_event_t::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!keys_at(depth).insert(key).second)
        refuse(path_, "the name '" + printable(key) + "' comes twice in its header");
    }
    return true;
  }

 private:
  std::set<std::string>& keys_at(int depth) { return keys_.at(static_cast<std::size_t>(depth)); }

  const std::filesystem::path& path_;
  std::array<std::set<std::string>, 4> keys_;
};

Json parse(const std::filesystem::path& path, std::string_view text) {
  // The parser would take a NUL for the end and not look at what follows.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
    refuse(path, fmt::format("its header is no JSON from byte {} on", nul + 1));
  StructureCheck check(path);
  try {
    return Json::parse(text, [&check](int depth, Json::parse_event_t event, const Json& parsed) {
      return check(depth, event, parsed);
    });
  } catch (const Json::parse_error& error) {
    refuse(path, fmt::format("its header is no JSON from byte {} on", error.byte));
  } catch (const Json::out_of_range&) {
    refuse(path, "its header holds a number that is too large");
  }
}

std::map<std::string, std::string> parse_metadata(const std::filesystem::path& path,
                                                  const Json& json) {
  if (!json.is_object()) refuse(path, "its __metadata__ is not an object");
  std::map<std::string, std::string> metadata;
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) refuse(path, "its metadata '" + printable(key) + "' is not a string");
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

Shape parse_shape(const std::filesystem::path& path, const std::string& what, const Json& json) {
  if (!json.is_array() || json.size() > Shape::kMaxRank)
    refuse(path, fmt::format("{} has no shape of at most {} axes", what, Shape::kMaxRank));
  std::vector<std::int64_t> lengths;
  std::int64_t product = 1;
  for (const Json& number : json) {
    if (!number.is_number_unsigned() ||
        number.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
      refuse(path, what + " has an axis that is not a length");
    lengths.push_back(number.get<std::int64_t>());
    if (__builtin_mul_overflow(product, lengths.back(), &product))
      refuse(path, what + " has more elements than can be counted");
  }
  return Shape(lengths);
}

SafetensorsEntry parse_entry(const std::filesystem::path& path, const std::string& name,
                             const Json& json, std::uint64_t data_bytes) {
  const std::string what = "tensor '" + printable(name) + "'";
  if (!json.is_object() || json.size() != 3 || !json.contains("dtype") || !json.contains("shape") ||
      !json.contains("data_offsets"))
    refuse(path, what + " is not described by dtype, shape and data_offsets alone");
  if (json["dtype"] != "F32")
    throw_input_error("{}: {} has the type {}, and only F32 is read; convert the file to float32",
                      shown(path), what, printable(json["dtype"].dump(-1, ' ', true)));
  SafetensorsEntry entry{name, parse_shape(path, what, json["shape"]), 0, 0};

  const Json& offsets = json["data_offsets"];
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned())
    refuse(path, what + " has data_offsets that are not two numbers");
  entry.begin = offsets[0].get<std::uint64_t>();
  entry.end = offsets[1].get<std::uint64_t>();
  if (entry.begin > entry.end || entry.end > data_bytes)
    refuse(path, fmt::format("{} has the data_offsets [{}, {}] in {} bytes of data", what,
                             entry.begin, entry.end, data_bytes));
  const std::uint64_t bytes = entry.end - entry.begin;
  if (bytes % sizeof(float) != 0 ||
      bytes / sizeof(float) != static_cast<std::uint64_t>(entry.shape.elements()))
    refuse(path, fmt::format("{} of shape {} has {} bytes", what, entry.shape.str(), bytes));
  return entry;
}

void require_gapless(const std::filesystem::path& path,
                     const std::vector<SafetensorsEntry>& entries, std::uint64_t data_bytes) {
  std::uint64_t position = 0;
  for (const SafetensorsEntry& entry : entries) {
    if (entry.begin != position)
      refuse(path,
             fmt::format("the data of tensor '{}' begins at {} instead of {}: tensors overlap "
                         "or leave a hole",
                         printable(entry.name), entry.begin, position));
    position = entry.end;
  }
  if (position != data_bytes)
    refuse(path,
           fmt::format("its tensors end at byte {} of {} bytes of data", position, data_bytes));
}

}  // namespace

SafetensorsHeader parse_safetensors_header(const std::filesystem::path& path, std::string_view text,
                                           std::uint64_t data_bytes) {
  const Json json = parse(path, text);
  if (!json.is_object()) refuse(path, "its header is not an object");
  SafetensorsHeader header;
  for (const auto& [name, value] : json.items()) {
    if (name == "__metadata__")
      header.metadata = parse_metadata(path, value);
    else
      header.entries.push_back(parse_entry(path, name, value, data_bytes));
  }
  std::ranges::stable_sort(header.entries, [](const auto& a, const auto& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  require_gapless(path, header.entries, data_bytes);
  return header;
}

}  // namespace nanopneumo
