// fetch_file where a file can be had, if not at once.
#include "tests/io/download_fixture.h"

namespace nanopneumo::test {

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
  SUBCASE("it does not begin as such a file does") {
    wanted.leave_part("something else", url, "\"v1\"");
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

TEST_CASE("no announced length is no fault") {
  const Wanted wanted;
  const HttpServer server(lying(wanted.content, ""));
  fetch(wanted.from(server.url("/file")));
  CHECK(wanted.arrived());
  count_cases();
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

}  // namespace nanopneumo::test
