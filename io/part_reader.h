// What a server sends, on its way into a part file.
#pragma once

#include <string>

#include "io/download.h"
#include "io/http_get.h"
#include "io/part_file.h"

namespace nanopneumo {

/// The server sends what cannot be the wanted file; the part is worthless.
struct WrongContent {
  std::string cause;  ///< goes on after the URL: "sends a web page"
};

/// Puts the body of one answer at the end of a part, or at its beginning where the server does not
/// continue. Throws WrongContent as soon as the bytes cannot be right, InputError where the disk refuses.
class PartReader : public HttpReader {
 public:
  /// `begin` is the byte that was asked for.
  PartReader(const Download& download, const DownloadWatch& watch, std::int64_t begin,
             PartFile& part)
      : download_(download), watch_(watch), begin_(begin), part_(part) {}

  bool begin(const HttpReply& reply) override;
  void body(std::string_view bytes) override;
  bool stopped() override { return watch_.stopped && watch_.stopped(); }

  /// Status 0 before there is one.
  const HttpReply& reply() const { return reply_; }
  /// Of the whole file, 0 where the server did not say.
  std::int64_t whole() const { return reply_.whole_length().value_or(0); }

 private:
  void require_size(std::int64_t bytes) const;
  void require_space() const;
  void require_signature() const;

  const Download& download_;
  const DownloadWatch& watch_;
  std::int64_t begin_;
  PartFile& part_;
  HttpReply reply_;
  bool signature_seen_ = false;
};

}  // namespace nanopneumo
