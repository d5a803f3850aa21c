#include "io/part_reader.h"

#include <algorithm>

#include "io/file_bytes.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

constexpr std::int64_t kMiB = 1 << 20;
constexpr std::size_t kHead = 256;  ///< a web page shows itself in so many bytes

bool is_web_page(const HttpReply& reply, std::string head) {
  std::ranges::transform(head, head.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return reply.content_type.starts_with("text/html") || head.find("<html") != std::string::npos ||
         head.find("<!doctype") != std::string::npos;
}

}  // namespace

bool PartReader::begin(const HttpReply& reply) {
  reply_ = reply;
  const bool continued = begin_ > 0 && reply.status == 206 && reply.range_start == begin_;
  if (!continued && reply.status != 200) return false;
  require_size(whole());
  if (continued && watch_.note)
    watch_.note(fmt::format("{:.1f} MB are there already", static_cast<double>(begin_) / 1e6));
  if (!continued) part_.restart({shown_url(download_.url), reply.validator()});
  require_space();
  return true;
}

void PartReader::body(std::string_view bytes) {
  require_size(part_.size() + static_cast<std::int64_t>(bytes.size()));
  part_.append(bytes);
  if (!signature_seen_ && part_.size() >= static_cast<std::int64_t>(download_.signature.size())) {
    require_signature();
    signature_seen_ = true;
  }
  if (watch_.progress) watch_.progress(part_.size(), whole());
}

void PartReader::require_size(std::int64_t bytes) const {
  if (bytes > download_.largest)
    throw WrongContent{fmt::format("sends {} MiB where {} has {} at most", bytes / kMiB,
                                   download_.kind, download_.largest / kMiB)};
}

void PartReader::require_space() const {
  std::error_code error;
  const std::filesystem::space_info space =
      std::filesystem::space(part_.path().parent_path(), error);
  const std::int64_t free = error ? whole() : static_cast<std::int64_t>(space.available);
  if (const std::int64_t needed = whole() - part_.size(); needed > free)
    throw_input_error(
        "{} needs {} MiB and its disk has {} left: free some space, or set NANOPNEUMO_HOME to a "
        "folder on another disk",
        shown(download_.target), needed / kMiB + 1, free / kMiB);
}

void PartReader::require_signature() const {
  const std::string head = part_.head(std::max(download_.signature.size(), kHead));
  if (!head.starts_with(download_.signature))
    throw WrongContent{fmt::format("sends {}, not {}",
                                   is_web_page(reply_, head) ? "a web page" : "something else",
                                   download_.kind)};
}

}  // namespace nanopneumo
