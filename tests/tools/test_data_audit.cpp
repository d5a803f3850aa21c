// nanopneumo data audit
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "tests/tools/phantom_data.h"

namespace nanopneumo::test {
namespace {

namespace fs = std::filesystem;

const fs::path kPicture = "data/train/NORMAL/phantom-000000.png";

}  // namespace

TEST_CASE("data audit prints a table and writes JSON") {
  const Sandbox sandbox;
  put_phantoms(sandbox, "data");
  fs::copy_file(sandbox.path(kPicture), sandbox.path("data/test/NORMAL/copy.png"));
  const std::string out =
      sandbox.succeed({"data", "audit", "data", "--out", "audit.json", "--threads", "2"}).out;
  for (const char* part :
       {"train/", "test/", "names tell no patient", "the same bytes: 2 pictures in 1 set; 1 across",
        "looking the same: no others", "cross-validated by patient",
        "all training pictures are alike in it", "audit.json"})
    CHECK_MESSAGE(contains(out, part), part);
  const auto json = nlohmann::json::parse(sandbox.read("audit.json"));
  CHECK(json.at("exact_duplicates").at("sets").at(0).at(1) == "test/NORMAL/copy.png");
  count_cases(2);
}

TEST_CASE("data audit refuses what it cannot read, in one sentence") {
  const Sandbox sandbox;
  const Arguments audit{"data", "audit", "data", "--out", "audit.json"};
  sandbox.refuse(audit, {"data", "does not exist"});
  sandbox.write("data", "text");
  sandbox.refuse(audit, {"data", "is a file"});
  fs::remove(sandbox.path("data"));
  fs::create_directory(sandbox.path("data"));
  sandbox.refuse(audit, {"data", "no class folders"});
  fs::remove(sandbox.path("data"));
  put_phantoms(sandbox, "data");
  sandbox.refuse({"data", "audit", "data", "--out", "missing/audit.json"}, {"missing"});
  sandbox.write(kPicture, sandbox.read(kPicture).substr(0, 100));
  sandbox.refuse(audit, {kPicture.string()});
  sandbox.write(kPicture, "");
  sandbox.refuse(audit, {kPicture.string()});
  fs::remove(sandbox.path(kPicture));
  fs::create_symlink(sandbox.path(kPicture), sandbox.path(kPicture));
  sandbox.refuse(audit, {kPicture.string()});
  fs::remove(sandbox.path(kPicture));
  fs::create_directory_symlink("..", sandbox.path("data/train/NORMAL/loop"));
  sandbox.succeed(audit);
  fs::rename(sandbox.path("data/test/NORMAL"), sandbox.path("data/test/HEALTHY"));
  sandbox.refuse(audit, {"data/test", "HEALTHY and PNEUMONIA"});
  fs::rename(sandbox.path("data/train"), sandbox.path("data/Train"));
  sandbox.refuse(audit, {"Train", "rename it"});
}

}  // namespace nanopneumo::test
