// The header of a server's answer, as far as a download needs it (RFC 9110).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nanopneumo {

/// What is absent or makes no sense is empty: a server is not believed.
struct HttpReply {
  int status = 0;
  std::optional<std::int64_t> length;       ///< Content-Length: of this body
  std::optional<std::int64_t> range_start;  ///< Content-Range: where a 206's body begins
  std::optional<std::int64_t> file_length;  ///< Content-Range: of the whole file
  std::optional<std::int64_t> retry_after;  ///< seconds
  std::string etag, last_modified, content_type;

  /// Length of the whole file as this answer tells it.
  std::optional<std::int64_t> whole_length() const { return status == 200 ? length : file_length; }
  /// What If-Range takes to name this version of the file: a strong ETag, else the date, else "".
  std::string validator() const;
};

/// Takes a line of the header into `reply`. A status line begins it anew, as after a redirect.
void read_header_line(std::string_view line, HttpReply& reply);

}  // namespace nanopneumo
