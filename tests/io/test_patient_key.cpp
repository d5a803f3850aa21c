#include <doctest/doctest.h>

#include <set>

#include "io/dataset_parts.h"
#include "io/patient_key.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

struct Expected {
  const char *file, *number, *series;
};

}  // namespace

TEST_CASE("names tell patients, or nothing") {
  const Expected names[] = {
      {"a/person12_virus_45.jpeg", "person12", "person12_virus"},
      {"person12_bacteria_46.jpeg", "person12", "person12_bacteria"},
      {"person447_virus_921_1.jpeg", "person447", "person447_virus"},
      {"Person012_Virus_7.JPG", "person12", "person12_virus"},
      {"person9.png", "person9", "person9"},
      {"IM-0115-0001.jpeg", "im-115", "im-115"},
      {"IM-0429-0001-0002.jpeg", "im-429", "im-429"},
      {"NORMAL2-IM-0115-0001.jpeg", "im-115", "normal2-im-115"},
      {"NORMAL-IM-0000-0001.jpeg", "im-0", "normal-im-0"},
      {"im-7.png", "im-7", "im-7"},
      {"person_virus_45.jpeg", "", ""},
      {"person12b_virus_45.jpeg", "", ""},
      {"persona12_virus.jpeg", "", ""},
      {"IM-x-0001.jpeg", "", ""},
      {"IM-12x-0001.jpeg", "", ""},
      {"NORMAL2IM-0115.jpeg", "", ""},
      {"phantom-000012.png", "", ""},
      {"person12_virus_45/scan.png", "", ""},
      {"", "", ""},
      {".png", "", ""},
  };
  for (const Expected& e : names) {
    const PatientKeys keys = patient_keys(e.file);
    CHECK_MESSAGE(keys.number == e.number, e.file);
    CHECK_MESSAGE(keys.series == e.series, e.file);
    count_cases();
  }
}

TEST_CASE("the published names: all are read, and only the cautious key links train/ with test/") {
  const auto folder = shared_data("chest_xray_224");
  if (!folder) return;
  const DatasetParts found = find_dataset_parts(*folder);
  REQUIRE(found.parts.size() == 3);
  const auto keys_of = [&](const char* part, int label, std::string PatientKeys::*key) {
    std::set<std::string> keys;
    for (const LabelledFile& file : found.find(part)->files)
      if (file.label == label) keys.insert(patient_keys(file.path).*key);
    CHECK_FALSE(keys.contains(""));
    return keys;
  };
  const auto shared = [&](int label, std::string PatientKeys::*key) {
    std::size_t count = 0;
    for (const std::string& one : keys_of("test", label, key))
      count += keys_of("train", label, key).count(one);
    return count;
  };
  CHECK(keys_of("test", 1, &PatientKeys::number).size() == 202);
  CHECK(keys_of("test", 1, &PatientKeys::series).size() == 203);
  CHECK(shared(1, &PatientKeys::number) == 170);
  CHECK(shared(1, &PatientKeys::series) == 0);
  CHECK(shared(0, &PatientKeys::series) == 0);
  count_cases(5);
}

}  // namespace nanopneumo::test
