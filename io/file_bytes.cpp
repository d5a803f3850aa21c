#include "io/file_bytes.h"

#include <string_view>

#include "io/input_file.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

/// Length of the valid UTF-8 sequence at the start of `text` (RFC 3629, table 3-7 of Unicode), 0 if
/// none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  const bool surrogate = lead == 0xED && byte(1) > 0x9F;
  const bool too_high = lead == 0xF4 && byte(1) > 0x8F;
  return overlong || surrogate || too_high ? 0 : length;
}

/// Whether `text` begins with a control character: of ASCII, or of U+0080 to U+009F, which terminals obey as well.
bool is_control(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  return byte(0) < 0x20 || byte(0) == 0x7F ||
         (byte(0) == 0xC2 && text.size() > 1 && byte(1) >= 0x80 && byte(1) < 0xA0);
}

}  // namespace

std::string shown(const std::filesystem::path& path) {
  const std::string& raw = path.native();
  std::string text;
  for (std::size_t i = 0; i < raw.size();) {
    const auto byte = static_cast<unsigned char>(raw[i]);
    const std::string_view rest = std::string_view(raw).substr(i);
    const std::size_t length = is_control(rest) ? 0 : utf8_length(rest);
    if (length == 0) {
      text += fmt::format("\\x{:02x}", byte);
      ++i;
    } else {
      text.append(raw, i, length);
      i += length;
    }
  }
  return text;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string read_file_bytes(const std::filesystem::path& path, std::uint64_t limit) {
  const InputFile file(path);
  if (file.size() > limit)
    throw_input_error("{} is {} MiB large, more than the {} MiB that are read: give a smaller file",
                      shown(path), file.size() >> 20, limit >> 20);
  std::string bytes(file.size(), '\0');
  bytes.resize(file.read(bytes));  // a file that was cut while we read it its parser will notice
  return bytes;
}

}  // namespace nanopneumo
