#include <doctest/doctest.h>

#include "io/http_reply.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

HttpReply read(std::initializer_list<std::string_view> lines) {
  HttpReply reply;
  for (const std::string_view line : lines) read_header_line(line, reply);
  return reply;
}

}  // namespace

TEST_CASE("the header of an answer is read") {
  const HttpReply reply =
      read({"HTTP/1.1 206 Partial Content\r\n", "content-LENGTH:  5 \r\n",
            "Content-Range: bytes 5-9/10\r\n", "ETag: \"a\"\r\n", "Retry-After: 7\r\n",
            "Content-Type: TEXT/html; charset=utf-8\r\n"});
  CHECK(reply.status == 206);
  CHECK(reply.length == 5);
  CHECK(reply.range_start == 5);
  CHECK(reply.file_length == 10);
  CHECK(reply.whole_length() == 10);
  CHECK(reply.retry_after == 7);
  CHECK(reply.validator() == "\"a\"");
  CHECK(reply.content_type == "text/html; charset=utf-8");
  count_cases();
}

TEST_CASE("a redirect's header is forgotten") {
  const HttpReply reply = read({"HTTP/1.1 302 Found\r\n", "Content-Length: 99\r\n",
                                "ETag: \"old\"\r\n", "\r\n", "HTTP/2 200 \r\n"});
  CHECK(reply.status == 200);
  CHECK_FALSE(reply.whole_length());
  CHECK(reply.validator().empty());
  count_cases();
}

TEST_CASE("a weak entity tag names no bytes") {
  CHECK(read({"HTTP/1.1 200 OK", "ETag: W/\"a\"", "Last-Modified: Mon"}).validator() == "Mon");
  count_cases();
}

TEST_CASE("a header without sense is not believed") {
  for (const std::string_view length :
       {"-1", "", "ten", "99999999999999999999", "5 5", "0x10", "+5"}) {
    INFO(length);
    CHECK_FALSE(read({"HTTP/1.1 200 OK", "Content-Length: " + std::string(length)}).length);
    count_cases();
  }
  for (const std::string_view range : {"bytes", "5-9/10", "bytes 5-9", "bytes /", "bytes */x"}) {
    INFO(range);
    const HttpReply reply =
        read({"HTTP/1.1 206 Partial Content", "Content-Range: " + std::string(range)});
    CHECK_FALSE(reply.range_start);
    CHECK_FALSE(reply.file_length);
    count_cases();
  }
  CHECK(read({"HTTP/1.1 xyz"}).status == 0);
  CHECK(read({"HTTP/1.1"}).status == 0);
  CHECK(read({"no colon", ": no name", "ETag: a\x01"}).validator().empty());
  CHECK(read({"ETag: " + std::string(5000, 'a')}).validator().empty());
}

}  // namespace nanopneumo::test
