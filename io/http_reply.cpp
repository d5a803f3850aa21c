#include "io/http_reply.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace nanopneumo {
namespace {

constexpr std::size_t kLongestValidator = 200;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return "";
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// All of `text` as a number that is not negative.
std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

/// "bytes 5-9/10", "bytes */10".
void read_content_range(std::string_view value, HttpReply& reply) {
  constexpr std::string_view kUnit = "bytes ";
  const std::size_t slash = value.find('/');
  if (!value.starts_with(kUnit) || slash == std::string_view::npos) return;
  const std::string_view range = value.substr(kUnit.size(), slash - kUnit.size());
  reply.file_length = number(value.substr(slash + 1));
  if (const std::size_t dash = range.find('-'); dash != std::string_view::npos)
    reply.range_start = number(range.substr(0, dash));
}

/// Fit to be sent back and to be a line of a file.
std::string validator_text(std::string_view value) {
  const bool plain =
      std::ranges::all_of(value, [](unsigned char c) { return c >= 0x20 && c < 0x7F; });
  return plain && value.size() <= kLongestValidator ? std::string(value) : "";
}

}  // namespace

std::string HttpReply::validator() const {
  return !etag.empty() && !etag.starts_with("W/") ? etag : last_modified;
}

void read_header_line(std::string_view line, HttpReply& reply) {
  if (line.starts_with("HTTP/")) {
    reply = {};
    const std::size_t blank = line.find(' ');
    if (blank != std::string_view::npos)
      reply.status = static_cast<int>(number(line.substr(blank + 1, 3)).value_or(0));
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string name = lower(trimmed(line.substr(0, colon)));
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (name == "content-length") reply.length = number(value);
  if (name == "content-range") read_content_range(value, reply);
  if (name == "retry-after") reply.retry_after = number(value);
  if (name == "etag") reply.etag = validator_text(value);
  if (name == "last-modified") reply.last_modified = validator_text(value);
  if (name == "content-type") reply.content_type = lower(value);
}

}  // namespace nanopneumo
