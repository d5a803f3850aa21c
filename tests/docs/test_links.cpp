#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/docs/markdown.h"
#include "tests/support/cases.h"
#include "tests/support/file_content.h"

namespace nanopneumo::test {
namespace {

namespace fs = std::filesystem;

/// README.md and docs/*.md.
std::vector<fs::path> documents() {
  const fs::path root = NANOPNEUMO_SOURCE_DIR;
  std::vector<fs::path> found{root / "README.md"};
  for (const fs::directory_entry& entry : fs::directory_iterator(root / "docs"))
    if (entry.path().extension() == ".md") found.push_back(entry.path());
  std::ranges::sort(found);
  return found;
}

/// Why `target`, a link in `document`, leads nowhere; "" where it leads somewhere.
std::string fault(const fs::path& document, const std::string& target) {
  const std::size_t hash = target.find('#');
  const std::string path = target.substr(0, hash);
  const fs::path file = path.empty() ? document : document.parent_path() / path;
  if (path.starts_with('/') || !fs::exists(file)) return "there is no " + path;
  if (hash == std::string::npos) return "";
  const std::string anchor = target.substr(hash + 1);
  return heading_anchors(file_content(file)).contains(anchor) ? "" : "no heading #" + anchor;
}

bool is_external(const std::string& target) {
  return target.starts_with("https://") || target.starts_with("http://");
}

}  // namespace

TEST_CASE("links and headings are found in Markdown") {
  const std::string text =
      "# A title, *with* `code`\n"
      "See [one](a.md) and [two](b.md#part), not `[three](c.md)`.\n"
      "```\n# no heading\n[four](d.md)\n```\n"
      "## Part 2: x/y\n## Part 2: x/y\n![picture](e.png)\n#hashtag\n";
  CHECK(link_targets(text) == std::vector<std::string>{"a.md", "b.md#part", "e.png"});
  CHECK(heading_anchors(text) ==
        std::set<std::string>{"a-title-with-code", "part-2-xy", "part-2-xy-1"});
  count_cases();
}

TEST_CASE("a link that leads nowhere is noticed") {
  const fs::path readme = fs::path(NANOPNEUMO_SOURCE_DIR) / "README.md";
  CHECK(fault(readme, "LICENSE") == "");
  CHECK(fault(readme, "no-such-file.md") == "there is no no-such-file.md");
  CHECK(fault(readme, "/etc") == "there is no /etc");
  CHECK(fault(readme, "#no-such-heading") == "no heading #no-such-heading");
  count_cases();
}

TEST_CASE("every relative link of the documentation leads to a file and a heading") {
  for (const fs::path& document : documents()) {
    CAPTURE(document.filename().string());
    const std::vector<std::string> targets = link_targets(file_content(document));
    CHECK(!targets.empty());
    for (const std::string& target : targets) {
      if (is_external(target)) continue;
      CAPTURE(target);
      CHECK(fault(document, target) == "");
      count_cases();
    }
  }
}

}  // namespace nanopneumo::test
