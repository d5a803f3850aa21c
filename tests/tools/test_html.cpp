// What the report's pages are made of, and the checker that the tests hold them to.
#include <doctest/doctest.h>

#include "tests/support/cases.h"
#include "tests/tools/html_check.h"
#include "tools/report/figures.h"
#include "tools/report/html.h"

namespace nanopneumo::test {
namespace {

/// A page that the checker has nothing against, with `part` in it.
std::string page_with(const std::string& part) {
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><title>t</title></head><body><h1>h</h1><main>" +
         part + "</main></body></html>";
}

}  // namespace

TEST_CASE("the checker of pages finds what is wrong") {
  CHECK(html_faults(page_with("<p id=\"a\">1 &lt; 2</p><a href=\"#a\">x</a>"
                              "<a href=\"https://example.org\">x</a>"))
            .empty());
  for (const char* part : {"<p>",
                           "</p>",
                           "<b><i></b></i>",
                           "<p id=\"a\"></p><p id=\"a\"></p>",
                           "<a href=\"#b\">x</a>",
                           "<img src=\"data:,\">",
                           "<img alt=\"x\" src=\"https://example.org/x.png\">",
                           "<img alt=\"x\" src=\"x.png\">",
                           "<svg viewBox=\"0 0 1 1\"></svg>",
                           "<script></script>",
                           "<p onclick=\"x\"></p>",
                           "<p title=x></p>",
                           "1 < 2",
                           "1 > 2",
                           "a & b",
                           "<style>@import 'x'</style>",
                           "<style>p{background:url(x)}</style>",
                           "<table><tr><td>1</td></tr></table>",
                           "<link href=\"style.css\">",
                           "<p title=\"a\" title=\"b\"></p>",
                           "<p aria-labelledby=\"none\"></p>"}) {
    CAPTURE(part);
    CHECK_FALSE(html_faults(page_with(part)).empty());
    count_cases();
  }
  CHECK_FALSE(html_faults("<html lang=\"en\"></html>").empty());
}

TEST_CASE("text is escaped, bytes become base 64") {
  CHECK(report::escape("<a href='x'>\"&\n\xff") ==
        "&lt;a href=&#39;x&#39;&gt;&quot;&amp;\\x0a\\xff");
  CHECK(report::data_uri("image/png", "") == "data:image/png;base64,");
  CHECK(report::data_uri("a/b", "M") == "data:a/b;base64,TQ==");
  CHECK(report::data_uri("a/b", "Ma") == "data:a/b;base64,TWE=");
  CHECK(report::data_uri("a/b", "Man\xff\xfe\xfd") == "data:a/b;base64,TWFu//79");
  CHECK(report::p_value(0.0009) == "&lt; 0.001");
  CHECK(report::duration(200) == "3 min 20 s");
  CHECK(report::duration(7500) == "2 h 05 min");
  count_cases(8);
}

}  // namespace nanopneumo::test
