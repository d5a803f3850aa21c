// fetch_file against servers of every kind.
#include <doctest/doctest.h>
#include <stdlib.h>

#include <chrono>

#include "io/download.h"
#include "tests/io/messages.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"
#include "tests/support/http_server.h"

namespace nanopneumo::test {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSignature = "GOOD";

std::string pattern(std::size_t length) {
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
const DownloadPatience kPatience{.connect_seconds = 5,
                                 .stall_seconds = 1,
                                 .tries = 3,
                                 .first_wait_seconds = 0.01,
                                 .longest_wait_seconds = 0.05};

void fetch(const Download& download, std::vector<std::string>* notes = nullptr) {
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

/// The refusal names the URL, each of `parts` and the remedy; the good file that was there stays, and
/// nothing else does but, where `keeps_part`, the part.
void check_refused(const Wanted& wanted, const Download& download,
                   const std::vector<std::string>& parts, bool keeps_part = false) {
  wanted.folder.file("cache/file", "the old good file");
  const std::string message = input_error_of([&] { fetch(download); });
  INFO(message);
  CHECK(contains(message, shown_url(download.url)));
  CHECK(contains(message, "copy it there by hand"));
  for (const std::string& part : parts) {
    INFO("expected in it: ", part);
    CHECK(contains(message, part));
  }
  CHECK(file_content(wanted.target()) == "the old good file");
  CHECK(wanted.files() == (keeps_part ? 3 : 1));
  count_cases();
}

/// A server that gives every request the same answer.
HttpServer::Handler always(std::string status, std::string headers, std::string body) {
  return [=](const HttpRequestSeen&, const HttpConnection& connection) {
    connection.reply(status, headers, body);
  };
}

/// Announces `announced` bytes and sends the content.
HttpServer::Handler lying(std::string_view content, std::string announced) {
  return [=](const HttpRequestSeen&, const HttpConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n" + announced + "\r\n");
    connection.send(content);
  };
}

HttpServer::Handler good(const Wanted& wanted) {
  return [&](const HttpRequestSeen& request, const HttpConnection& connection) {
    serve_well(request, connection, wanted.content);
  };
}

}  // namespace

TEST_CASE("a file is fetched") {
  const Wanted wanted;
  const HttpServer server(good(wanted));
  std::int64_t done = 0, total = 0;
  const DownloadEnd end = fetch_file(wanted.from(server.url("/file")),
                                     {.progress =
                                          [&](std::int64_t d, std::int64_t t) {
                                            CHECK(d > done);
                                            done = d;
                                            total = t;
                                          },
                                      .note = {},
                                      .stopped = {}},
                                     kPatience);
  CHECK(end == DownloadEnd::complete);
  CHECK(wanted.arrived());
  CHECK(wanted.files() == 1);
  CHECK(done == 300000);
  CHECK(total == 300000);
  CHECK(server.seen().size() == 1);
  count_cases();
}

TEST_CASE("a download that broke off goes on where it ended") {
  const Wanted wanted;
  int requests = 0;
  const HttpServer server([&](const HttpRequestSeen& request, const HttpConnection& connection) {
    if (++requests > 1) return serve_well(request, connection, wanted.content);
    connection.send("HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Length: 300000\r\n\r\n");
    connection.send(wanted.content.substr(0, 100000));
  });
  std::vector<std::string> notes;
  fetch(wanted.from(server.url("/file")), &notes);
  CHECK(wanted.arrived());
  CHECK(wanted.files() == 1);
  REQUIRE(server.seen().size() == 2);
  CHECK(server.seen()[1].range_begin() == 100000);
  CHECK(server.seen()[1].headers.at("if-range") == "\"v1\"");
  REQUIRE(notes.size() == 2);
  CHECK(contains(notes[0], "broke off"));
  CHECK(contains(notes[1], "0.1 MB are there already"));
  count_cases();
}

TEST_CASE("a part of an earlier call goes on") {
  const Wanted wanted;
  const HttpServer server(good(wanted));
  const std::string url = server.url("/file");
  SUBCASE("of the same version, whose digest is not known") {
    wanted.leave_part(wanted.content.substr(0, 1000), url, "\"v1\"");
    fetch(wanted.from(url, /*known=*/false));
    CHECK(server.seen().front().range_begin() == 1000);
  }
  SUBCASE("from another mirror, as the digest will tell") {
    wanted.leave_part(wanted.content.substr(0, 1000), "http://elsewhere/file", "\"x\"");
    fetch(wanted.from(url));
    CHECK(server.seen().front().range_begin() == 1000);
    CHECK_FALSE(server.seen().front().headers.contains("if-range"));
  }
  SUBCASE("that is complete but for its name") {
    wanted.leave_part(wanted.content, url, "\"v1\"");
    fetch(wanted.from(url));
    CHECK(server.seen().size() == 1);
  }
  CHECK(wanted.arrived());
  CHECK(wanted.files() == 1);
  count_cases();
}

TEST_CASE("a part that does not fit is thrown away") {
  const Wanted wanted;
  const HttpServer server(good(wanted));
  const std::string url = server.url("/file");
  std::size_t requests = 1;
  bool known = true;
  SUBCASE("the file has changed on the server") {
    wanted.leave_part("GOOD as it was", url, "\"v0\"");
  }
  SUBCASE("nothing tells whether it has, and no digest will") {
    wanted.leave_part("GOOD as it was", url, "");
    known = false;
  }
  SUBCASE("its bytes are wrong") {
    wanted.leave_part("GOOD for nothing", url, "\"v1\"");
    requests = 2;
  }
  SUBCASE("it is longer than the file") {
    wanted.leave_part(wanted.content + "and more", url, "\"v1\"");
    requests = 2;
  }
  SUBCASE("its source is not written down") {
    wanted.folder.file("cache/file.part", "GOOD as it was");
    wanted.folder.file("cache/file.part-source", "no line");
    known = false;
  }
  fetch(wanted.from(url, known));
  CHECK(wanted.arrived());
  CHECK(wanted.files() == 1);
  CHECK(server.seen().size() == requests);
  count_cases();
}

TEST_CASE("a server without ranges sends all of it again") {
  const Wanted wanted;
  const HttpServer server(always("200 OK", "", wanted.content));
  wanted.leave_part("GOOD old bytes", server.url("/file"), "\"v1\"");
  fetch(wanted.from(server.url("/file")));
  CHECK(wanted.arrived());
  CHECK(server.seen().size() == 1);
  count_cases();
}

TEST_CASE("a server that continues elsewhere than asked is asked for all") {
  const Wanted wanted;
  const HttpServer server([&](const HttpRequestSeen& request, const HttpConnection& connection) {
    if (request.range_begin() == 0) return serve_well(request, connection, wanted.content);
    connection.reply("206 Partial Content", "Content-Range: bytes 0-299999/300000\r\n",
                     wanted.content);
  });
  wanted.leave_part(wanted.content.substr(0, 500), server.url("/file"), "\"v1\"");
  fetch(wanted.from(server.url("/file"), /*known=*/false));
  CHECK(wanted.arrived());
  CHECK(server.seen().size() == 2);
  count_cases();
}

TEST_CASE("a busy server is asked again") {
  const Wanted wanted;
  for (const char* status : {"503 Service Unavailable", "429 Too Many Requests", "500 Oops"}) {
    int requests = 0;
    const HttpServer server([&](const HttpRequestSeen& request, const HttpConnection& connection) {
      if (++requests == 1) return connection.reply(status, "Retry-After: 0\r\n", "busy");
      serve_well(request, connection, wanted.content);
    });
    fs::remove_all(wanted.target());
    fetch(wanted.from(server.url("/file")));
    CHECK(wanted.arrived());
    CHECK(server.seen().size() == 2);
    count_cases();
  }
}

TEST_CASE("parts that never fit each other are not fetched for ever") {
  const Wanted wanted(3 << 20);
  const HttpServer server([&](const HttpRequestSeen& request, const HttpConnection& connection) {
    if (request.range_begin() > 0) return serve_well(request, connection, wanted.content);
    connection.send("HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Length: 3145728\r\n\r\n");
    connection.send("GOOD" + std::string(2 << 20, 'x'));
  });
  Download download = wanted.from(server.url("/file"));
  download.largest = 4 << 20;
  check_refused(wanted, download, {"md5", "is known"});
  CHECK(server.seen().size() == 4);
}

TEST_CASE("a redirect is followed") {
  const Wanted wanted;
  const HttpServer server([&](const HttpRequestSeen& request, const HttpConnection& connection) {
    if (request.path == "/file")
      return connection.reply("302 Found", "Location: /there\r\n", "<html>");
    serve_well(request, connection, wanted.content);
  });
  fetch(wanted.from(server.url("/file")));
  CHECK(wanted.arrived());
  count_cases();
}

TEST_CASE("refusals of a server's answers") {
  const Wanted wanted;
  const auto refused = [&](const HttpServer::Handler& handler,
                           const std::vector<std::string>& parts, bool keeps_part = false) {
    const HttpServer server(handler);
    check_refused(wanted, wanted.from(server.url("/file")), parts, keeps_part);
    std::error_code error;
    fs::remove(wanted.part(), error);
    fs::remove(wanted.part() += "-source", error);
    return server.seen().size();
  };
  // The status.
  CHECK(refused(always("404 Not Found", "", "<html>no</html>"), {"is not there", "404"}) == 1);
  CHECK(refused(always("403 Forbidden", "", ""), {"HTTP status 403"}) == 1);
  CHECK(refused(always("500 Oops", "", "x"), {"HTTP status 500", "3 times"}) == 3);
  CHECK(refused(always("503 Busy", "Retry-After: 9000\r\n", ""), {"503", "9000 seconds"}) == 1);
  CHECK(refused(always("204 No Content", "", ""), {"204"}) == 1);
  // Where it leads.
  CHECK(refused(always("302 Found", "Location: /file\r\n", ""), {"leads astray"}) == 6);
  CHECK(refused(always("302 Found", "Location: file:///etc/passwd\r\n", ""),
                {"leads astray", "file"}) == 1);
  // The content.
  CHECK(refused(always("200 OK", "Content-Type: text/html\r\n", "<p>Please log in</p>"),
                {"sends a web page, not a good file"}) == 1);
  CHECK(refused(always("200 OK", "", "<!DOCTYPE html>"), {"sends a web page"}) == 1);
  CHECK(refused(always("200 OK", "", "something"), {"sends something else"}) == 1);
  CHECK(refused(always("200 OK", "", "GOO"), {"sends something else"}) == 1);
  CHECK(refused(always("200 OK", "", ""), {"sends something else"}) == 1);
  CHECK(refused(always("200 OK", "", "GOOD but another file"),
                {"md5", wanted.digest, "is known"}) == 1);
  // The length.
  const std::string& content = wanted.content;
  CHECK(refused(lying(content, "Content-Length: 1000\r\n"), {"md5"}) == 1);
  CHECK(refused(lying(content, "Content-Length: 300001\r\n"), {"broke off", "3 times"},
                /*keeps_part=*/true) == 3);
  CHECK(refused(lying(content, "Content-Length: 99999999999\r\n"), {"95367 MiB", "1 at most"}) ==
        1);
  CHECK(refused(lying(content.substr(0, 999), ""), {"md5"}) == 1);
  CHECK(refused(lying(std::string("GOOD") + std::string(2 << 20, 'x'), ""), {"at most"}) == 1);
  // The connection.
  CHECK(refused([](const HttpRequestSeen&, const HttpConnection&) {}, {"broke off", "3 times"}) ==
        3);
  CHECK(refused(
            [](const HttpRequestSeen&, const HttpConnection& connection) {
              connection.send("220 smtp.example.org ESMTP\r\n");
            },
            {"file"}) >= 1);
}

TEST_CASE("no announced length is no fault") {
  const Wanted wanted;
  const HttpServer server(lying(wanted.content, ""));
  fetch(wanted.from(server.url("/file")));
  CHECK(wanted.arrived());
  count_cases();
}

TEST_CASE("a server that falls silent is given up") {
  const Wanted wanted;
  const HttpServer server([&](const HttpRequestSeen&, const HttpConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\nGOOD");
    connection.wait_for_the_end();
  });
  const auto start = std::chrono::steady_clock::now();
  check_refused(wanted, wanted.from(server.url("/file")), {"broke off", "3 times"},
                /*keeps_part=*/true);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(30));
}

TEST_CASE("nobody listening") {
  const Wanted wanted;
  check_refused(wanted, wanted.from(unserved_url("/file")), {"cannot be reached", "connect"});
  check_refused(wanted, wanted.from("ftp://127.0.0.1/file"), {"leads astray", "ftp"});
  check_refused(wanted, wanted.from("file:///etc/passwd"), {"leads astray", "file"});
}

TEST_CASE("passwords in a URL are not shown") {
  CHECK(shown_url("https://user:secret@host/a@b") == "https://host/a@b");
  CHECK(shown_url("https://host/a@b") == "https://host/a@b");
  CHECK(shown_url("nonsense\x1b") == "nonsense\\x1b");
  count_cases(3);
}

TEST_CASE("a file that its check refuses does not stay") {
  const Wanted wanted;
  const HttpServer server(good(wanted));
  Download download = wanted.from(server.url("/file"), /*known=*/false);
  download.check = [](const fs::path&) { throw InputError("it has no weights"); };
  check_refused(wanted, download, {"it has no weights"});
}

TEST_CASE("a download that is stopped keeps its part") {
  const Wanted wanted;
  const HttpServer server([&](const HttpRequestSeen& request, const HttpConnection& connection) {
    if (request.range_begin() > 0) return serve_well(request, connection, wanted.content);
    connection.send("HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Length: 300000\r\n\r\n");
    connection.send(wanted.content.substr(0, 5000));
    connection.wait_for_the_end();
  });
  bool stop = false;
  const DownloadEnd end =
      fetch_file(wanted.from(server.url("/file")),
                 {.progress = [&](std::int64_t done, std::int64_t) { stop = done >= 5000; },
                  .note = {},
                  .stopped = [&] { return stop; }},
                 {.stall_seconds = 60});
  CHECK(end == DownloadEnd::stopped);
  CHECK_FALSE(fs::exists(wanted.target()));
  CHECK(fs::file_size(wanted.part()) == 5000);
  fetch(wanted.from(server.url("/file")));
  CHECK(wanted.arrived());
  CHECK(wanted.files() == 1);
  count_cases();
}

TEST_CASE("one process at a time fetches a file") {
  const Wanted wanted;
  const HttpServer server([&](const HttpRequestSeen& request, const HttpConnection& connection) {
    CHECK(contains(input_error_of([&] { fetch(wanted.from("http://127.0.0.1:1/")); }),
                   "another process"));
    serve_well(request, connection, wanted.content);
  });
  fetch(wanted.from(server.url("/file")));
  CHECK(wanted.arrived());
  CHECK(wanted.files() == 1);
  count_cases();
}

TEST_CASE("a part that is no file") {
  const Wanted wanted;
  fs::create_directories(wanted.part());
  const std::string message = input_error_of([&] { fetch(wanted.from(unserved_url("/file"))); });
  CHECK(contains(message, "file.part cannot be written"));
  fs::remove(wanted.part());
  fs::create_symlink("nowhere", wanted.part());
  CHECK(contains(input_error_of([&] { fetch(wanted.from(unserved_url("/file"))); }), "file.part"));
  CHECK_FALSE(fs::exists(wanted.folder.path() / "cache" / "nowhere"));
  count_cases(2);
}

}  // namespace nanopneumo::test
