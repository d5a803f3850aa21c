// What the tests of fetch_file share.
#pragma once

#include <doctest/doctest.h>
#include <stdlib.h>

#include "io/download.h"
#include "tests/io/messages.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"
#include "tests/support/file_content.h"
#include "tests/support/http_server.h"

namespace nanopneumo::test {

namespace fs = std::filesystem;

inline constexpr std::string_view kSignature = "GOOD";

inline std::string pattern(std::size_t length) {
  std::string text(kSignature);
  for (std::uint32_t x = 1; text.size() < length; x = x * 1664525 + 1013904223)
    text += static_cast<char>(x >> 24);
  return text;
}

/// A file that is served, what is known of it, and where it goes.
class Wanted {
 public:
  explicit Wanted(std::size_t length = 300000) : content(pattern(length)) {
    ::setenv("no_proxy", "*", 1);  // the servers of these tests are not behind a proxy
    const TemporaryFolder copy;
    digest = file_hash(copy.file("copy", content), Digest::Kind::md5);
  }

  Download from(std::string url, bool known = true) const {
    Download download{.url = std::move(url),
                      .target = target(),
                      .digest = {},
                      .signature = std::string(kSignature),
                      .kind = "a good file",
                      .largest = 1 << 20,
                      .remedy = "copy it there by hand",
                      .check = {}};
    if (known) download.digest = {Digest::Kind::md5, digest};
    return download;
  }

  fs::path target() const { return folder.path() / "cache" / "file"; }
  fs::path part() const { return folder.path() / "cache" / "file.part"; }
  /// What an earlier call has left.
  void leave_part(std::string_view bytes, const std::string& url, std::string_view tag) const {
    folder.file("cache/file.part", bytes);
    folder.file("cache/file.part-source", url + '\n' + std::string(tag) + '\n');
  }
  bool arrived() const { return file_content(target()) == content; }
  /// Files in the cache.
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder.path() / "cache"), fs::directory_iterator()));
  }

  TemporaryFolder folder;
  std::string content, digest;
};

/// Little of it, so that tests end.
inline constexpr DownloadPatience kPatience{.connect_seconds = 5,
                                            .stall_seconds = 1,
                                            .tries = 3,
                                            .first_wait_seconds = 0.01,
                                            .longest_wait_seconds = 0.05};

inline void fetch(const Download& download, std::vector<std::string>* notes = nullptr) {
  const DownloadEnd end = fetch_file(download,
                                     {.progress = {},
                                      .note =
                                          [&](const std::string& text) {
                                            if (notes) notes->push_back(text);
                                          },
                                      .stopped = {}},
                                     kPatience);
  CHECK(end == DownloadEnd::complete);
}

/// A server that gives every request the same answer.
inline HttpServer::Handler always(std::string status, std::string headers, std::string body) {
  return [=](const HttpRequestSeen&, const HttpConnection& connection) {
    connection.reply(status, headers, body);
  };
}

/// Announces `announced` bytes and sends the content.
inline HttpServer::Handler lying(std::string_view content, std::string announced) {
  return [=](const HttpRequestSeen&, const HttpConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n" + announced + "\r\n");
    connection.send(content);
  };
}

inline HttpServer::Handler good(const Wanted& wanted) {
  return [&](const HttpRequestSeen& request, const HttpConnection& connection) {
    serve_well(request, connection, wanted.content);
  };
}

}  // namespace nanopneumo::test
