// Tables of comma-separated values: fields with commas in them, and tables that are none.
#include <doctest/doctest.h>

#include "io/csv.h"
#include "tests/io/messages.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

std::string csv_refusal(const std::string& content) {
  const TemporaryFolder folder;
  return input_error_of([&] { CsvTable::read(folder.file("t.csv", content)); });
}

}  // namespace

TEST_CASE("fields of a table are found by row and by the column's name") {
  const TemporaryFolder folder;
  const std::string quoted = "a \"b\", c\nd";
  const CsvTable table = CsvTable::read(
      folder.file("t.csv", "name,,n\r\n" + csv_field(quoted) + ",,1.5\r\n,x,2\nlast,y"));
  REQUIRE(table.rows() == 2);
  CHECK(table.text(0, "name") == quoted);
  CHECK(table.text(0, "") == "");
  CHECK(table.text(1, "name") == "");
  CHECK(table.text(1, "") == "x");
  CHECK(table.number(0, "n") == 1.5);
  CHECK(table.number(1, "n") == 2);
  CHECK(table.has("n"));
  CHECK_FALSE(table.has("m"));
  CHECK(contains(input_error_of([&] { (void)table.text(0, "m"); }), "no column \"m\""));
  CHECK(contains(input_error_of([&] { (void)table.number(1, ""); }), "holds \"x\", no number"));
  CHECK(CsvTable::read(folder.file("one.csv", "a\n")).rows() == 0);
  count_cases(11);
}

TEST_CASE("tables that are none are refused") {
  CHECK(contains(csv_refusal(""), "no row that names"));
  CHECK(contains(csv_refusal("a,b"), "no row that names"));
  CHECK(contains(csv_refusal("a,b\n1\n"), "row 2 has 1 fields where the first has 2"));
  CHECK(contains(csv_refusal("a,b\n1,2\n\"1,2\n"), "not closed"));
  count_cases(4);
}

TEST_CASE("a row of nothing but commas is refused at the first that is too many") {
  const std::string commas(1 << 20, ',');
  CHECK(contains(csv_refusal(commas + '\n'), "row 1 has more than 1000 fields"));
  CHECK(contains(csv_refusal("a,b\n1,2\n" + commas), "row 3 has more than 2 fields"));
  count_cases(2);
}

}  // namespace nanopneumo::test
