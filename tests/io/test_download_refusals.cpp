// fetch_file against servers that have no good file, or do not give it.
#include <chrono>

#include "tests/io/download_fixture.h"
#include "tests/support/file_content.h"

namespace nanopneumo::test {
namespace {

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

}  // namespace

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
