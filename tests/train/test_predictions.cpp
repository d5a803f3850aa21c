// predictions.csv: what is written is what is read.
#include <doctest/doctest.h>

#include "tensor/errors.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"
#include "train/predictions.h"

namespace nanopneumo::test {

TEST_CASE("predictions come back as they were") {
  const TemporaryFolder folder;
  const Predictions written{{"test/NORMAL/a.png", "b,\"c\"\r\nd.png", "", "ä <&>"},
                            {0, 1, 1, 0},
                            {-3.25f, 0.1f, 123.456f, -1e-30f}};
  write_predictions(folder.path() / "p.csv", written);
  const Predictions read = read_predictions(folder.path() / "p.csv");
  CHECK(read.names == written.names);
  CHECK(read.labels == written.labels);
  REQUIRE(read.logits.size() == 4);
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(read.logits[i] == written.logits[i]);
  CHECK(read.same_images(written));
  Predictions other = read;
  other.labels[0] = 1;
  CHECK_FALSE(other.same_images(read));
  other = read;
  other.names.pop_back();
  CHECK_FALSE(other.same_images(read));
  CHECK_THROWS_AS(write_predictions(folder.path() / "q.csv", {{"a"}, {0, 1}, {1, 2}}), ShapeError);
  count_cases(4);
}

TEST_CASE("damaged predictions are refused") {
  const TemporaryFolder folder;
  for (const char* content :
       {"", "image,label,logit\n", "image,label\na,1\n", "image,label,logit\na,2,0.5\n",
        "image,label,logit\na,1,x\n", "image,label,logit\na,1,nan\n", "image,label,logit\na,1\n",
        "image,label,logit\n\"a,1,0.5\n"}) {
    CAPTURE(content);
    CHECK_THROWS_AS(read_predictions(folder.file("p.csv", content)), InputError);
    count_cases();
  }
  CHECK_THROWS_AS(read_predictions(folder.path() / "none.csv"), InputError);
}

TEST_CASE("a row that was being written is left out") {
  const TemporaryFolder folder;
  const Predictions read =
      read_predictions(folder.file("p.csv", "image,label,logit\na,1,0.5\nb,0,-0."));
  CHECK(read.size() == 1);
  count_cases();
}

TEST_CASE("names are told from the data's folder on") {
  const std::vector<std::string> names{"/data/xray/test/A/1.png", "/elsewhere/2.png", "phantom-1"};
  CHECK(names_within("/data/xray", names) ==
        std::vector<std::string>{"test/A/1.png", "/elsewhere/2.png", "phantom-1"});
  CHECK(names_within("", names) == names);
  count_cases(2);
}

}  // namespace nanopneumo::test
