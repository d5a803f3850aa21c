// The parts of a run under each protocol.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "io/patient_key.h"
#include "tests/io/messages.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"
#include "train/split.h"

namespace nanopneumo::test {
namespace {

namespace fs = std::filesystem;

const Protocol kHonest{.kind = Protocol::Kind::honest};

Protocol fold(int number, int folds) {
  return {.kind = Protocol::Kind::honest, .folds = folds, .fold = number};
}

/// Files of different content, named as the published ones are.
void add(const TemporaryFolder& folder, const std::string& part, int normal, int pneumonia) {
  for (int i = 0; i < normal; ++i)
    for (int k = 0; k <= i % 3; ++k) {
      const std::string name = fmt::format("{}/NORMAL/IM-{:04}-{:04}.jpeg", part, i, k);
      folder.file(name, name);
    }
  for (int i = 0; i < pneumonia; ++i)
    for (int k = 0; k <= i % 4; ++k) {
      const std::string name = fmt::format("{}/PNEUMONIA/person{}_{}_{}.jpeg", part, i,
                                           k % 2 ? "virus" : "bacteria", 10 * i + k);
      folder.file(name, name);
    }
}

/// The part of each file, by name; files in two parts are an error.
std::map<std::string, std::string> parts_of(const Split& split, const fs::path& folder) {
  std::map<std::string, std::string> parts;
  const auto put = [&](const std::vector<LabelledFile>& files, const char* part) {
    for (const LabelledFile& file : files)
      REQUIRE(parts.emplace(file.path.lexically_relative(folder), part).second);
  };
  put(split.train, "train");
  put(split.validation, "validation");
  put(split.test, "test");
  return parts;
}

std::set<std::string> keys_of(const std::vector<LabelledFile>& files,
                              std::string PatientKeys::*key) {
  std::set<std::string> keys;
  for (const LabelledFile& file : files) keys.insert(patient_keys(file.path).*key);
  return keys;
}

void check_no_patient_twice(const Split& split) {
  for (const auto key : {&PatientKeys::number, &PatientKeys::series})
    for (const std::string& one : keys_of(split.validation, key))
      CHECK_MESSAGE(!keys_of(split.train, key).contains(one), one);
}

double share_of_positives(const std::vector<LabelledFile>& files) {
  return static_cast<double>(std::ranges::count(files, 1, &LabelledFile::label)) /
         static_cast<double>(files.size());
}

bool any_contains(const std::vector<std::string>& notes, const std::string& part) {
  return std::ranges::any_of(notes, [&](const auto& note) { return contains(note, part); });
}

}  // namespace

TEST_CASE("paper: validation is test/, and nothing is kept for the end") {
  const TemporaryFolder folder;
  add(folder, "train", 4, 8);
  add(folder, "test", 2, 3);
  const Split split = split_dataset(folder.path(), {}, {}, 1);
  CHECK(split.validation_source == "test/");
  CHECK(split.test.empty());
  CHECK(contains(split.csv, "test/NORMAL/IM-0000-0000.jpeg,NORMAL,validation,im-0\n"));
  CHECK(split.csv.starts_with("file,class,part,group\n"));
  count_cases();
}

TEST_CASE("honest: validation patients come from train/, test/ is kept for the end") {
  const TemporaryFolder folder;
  add(folder, "train", 60, 120);
  add(folder, "test", 6, 9);
  add(folder, "val", 2, 2);
  const Split split = split_dataset(folder.path(), kHonest, {}, 2);
  check_no_patient_twice(split);
  const auto all = static_cast<double>(split.train.size() + split.validation.size());
  CHECK(std::abs(static_cast<double>(split.validation.size()) - 0.2 * all) <= 2);
  CHECK(std::abs(share_of_positives(split.train) - share_of_positives(split.validation)) < 0.01);
  CHECK(split.test.size() == 12 + 21);
  CHECK(split.test_source == "test/");
  CHECK(any_contains(split.notes, "share no patient number"));
  CHECK(any_contains(split.notes, "val/ (6 pictures) is not used"));
  const auto parts = parts_of(split, folder.path());
  for (const auto& [file, part] : parts) CHECK((part == "test") == file.starts_with("test/"));
  CHECK(split_dataset(folder.path(), kHonest, 0.4, 1).validation.size() >
        split.validation.size() * 3 / 2);
  count_cases(3);
}

TEST_CASE("the same split on any number of threads and wherever the folder lies") {
  const TemporaryFolder one, other;
  for (const TemporaryFolder* folder : {&one, &other}) {
    add(*folder, "train", 20, 30);
    add(*folder, "test", 2, 2);
  }
  const Split first = split_dataset(one.path(), kHonest, {}, 1);
  const Split second = split_dataset(other.path() / "", kHonest, {}, 3);
  CHECK(first.csv == second.csv);
  CHECK(first.hash() == second.hash());
  CHECK(first.hash().size() == 16);
  Protocol reseeded = kHonest;
  reseeded.split_seed = 2;
  CHECK(split_dataset(one.path(), reseeded, {}, 1).hash() != first.hash());
  CHECK(Split{}.hash().empty());
  count_cases(2);
}

TEST_CASE("folds: each training picture is validated on once, test/ never") {
  const TemporaryFolder folder;
  add(folder, "train", 30, 50);
  add(folder, "test", 3, 3);
  std::map<std::string, int> validated;
  for (int i = 1; i <= 4; ++i) {
    const Split split = split_dataset(folder.path(), fold(i, 4), {}, 1);
    check_no_patient_twice(split);
    CHECK(split.test.empty());
    CHECK(any_contains(split.notes, "test/ (12 pictures) is not used"));
    CHECK(contains(split.validation_source, fmt::format("fold {} of 4 of train/", i)));
    for (const auto& [file, part] : parts_of(split, folder.path()))
      validated[file] += part == "validation";
    count_cases();
  }
  for (const auto& entry : validated) CHECK_MESSAGE(entry.second == 1, entry.first);
  CHECK(validated.size() == 60 + 123);
}

TEST_CASE("class folders without a train/ around them are split too") {
  const TemporaryFolder folder;
  add(folder, ".", 20, 30);
  const Split split = split_dataset(folder.path(), kHonest, {}, 1);
  check_no_patient_twice(split);
  CHECK(split.test.empty());
  CHECK(split.validation_source == "20 % of the class folders, by patient");
  count_cases();
}

TEST_CASE("names without a patient count for one each, unless their content is the same") {
  const TemporaryFolder folder;
  for (int i = 0; i < 40; ++i)
    for (const char* name : {"NORMAL", "PNEUMONIA"}) {
      // Each content is there twice in a class, under unrelated names.
      folder.file(fmt::format("train/{}/a{}.png", name, i), fmt::format("{} {}", name, i / 2));
    }
  const Split split = split_dataset(folder.path(), kHonest, {}, 1);
  CHECK(any_contains(split.notes, "80 names tell no patient"));
  CHECK(any_contains(split.notes, "40 pictures of the same bytes"));
  const auto parts = parts_of(split, folder.path());
  for (int i = 0; i < 40; i += 2)
    CHECK(parts.at(fmt::format("train/NORMAL/a{}.png", i)) ==
          parts.at(fmt::format("train/NORMAL/a{}.png", i + 1)));
  CHECK(split.validation.size() == 16);
  count_cases();
}

TEST_CASE("the same bytes under two patients' names join the two") {
  const TemporaryFolder folder;
  add(folder, "train", 10, 10);
  folder.file("train/PNEUMONIA/person900_virus_1.jpeg", "same");
  folder.file("train/PNEUMONIA/person901_virus_1.jpeg", "same");
  folder.file("train/PNEUMONIA/person901_virus_2.jpeg", "other");
  const Split split = split_dataset(folder.path(), kHonest, {}, 1);
  CHECK(contains(split.csv, "train/PNEUMONIA/person901_virus_2.jpeg,PNEUMONIA,"));
  CHECK(contains(split.csv, ",person900\ntrain/PNEUMONIA/person901_virus_1.jpeg"));
  const auto parts = parts_of(split, folder.path());
  CHECK(parts.at("train/PNEUMONIA/person900_virus_1.jpeg") ==
        parts.at("train/PNEUMONIA/person901_virus_2.jpeg"));
  count_cases();
}

TEST_CASE("a class of one patient cannot be split") {
  const TemporaryFolder folder;
  add(folder, "train", 10, 0);
  for (int i = 0; i < 5; ++i)
    folder.file(fmt::format("train/PNEUMONIA/person7_virus_{}.png", i), std::to_string(i));
  const std::string error = input_error_of([&] { split_dataset(folder.path(), kHonest, {}, 1); });
  CHECK(contains(error, (folder.path() / "train").string()));
  CHECK(contains(error, "class PNEUMONIA are of 1 patient,"));
  CHECK(input_error_of([&] { split_dataset(folder.path(), {}, 0.2, 1); }).empty());
  count_cases(2);
}

TEST_CASE("a name with a comma or a quote is one field of split.csv") {
  const TemporaryFolder folder;
  add(folder, "train", 10, 10);
  folder.file("train/NORMAL/a \"b\", c.png", "x");
  const Split split = split_dataset(folder.path(), kHonest, {}, 1);
  CHECK(contains(split.csv, "\"train/NORMAL/a \"\"b\"\", c.png\",NORMAL,"));
  count_cases();
}

TEST_CASE("protocol options that do not go together are refused") {
  const auto error = [](const Protocol& protocol, bool data, std::optional<double> split) {
    return input_error_of([&] { protocol.validate(data, split); });
  };
  CHECK(error({}, false, {}).empty());
  CHECK(error(kHonest, true, 0.3).empty());
  CHECK(error(fold(2, 2), true, {}).empty());
  CHECK(contains(error({.folds = 3}, true, {}), "--protocol honest"));
  CHECK(contains(error({.split_seed = 3}, true, {}), "--protocol honest"));
  CHECK(contains(error(kHonest, false, {}), "--data"));
  CHECK(contains(error(fold(1, 5), true, 0.2), "--val-split"));
  CHECK(contains(error(fold(1, 1), true, {}), "from 2 to 100"));
  CHECK(contains(error(fold(1, 0), true, {}), "from 2 to 100"));
  for (const int number : {-1, 0, 6})
    CHECK(contains(error(fold(number, 5), true, {}), "--fold 1 to --fold 5"));
  CHECK(contains(input_error_of([] { parse_protocol("fair"); }), "paper nor honest"));
  count_cases(12);
}

TEST_CASE("the published data: parts, patients and shares of an honest split") {
  const auto folder = shared_data("chest_xray_224");
  if (!folder) return;
  const Split split = split_dataset(*folder, kHonest, {}, 2);
  CHECK(split.train.size() + split.validation.size() == 5216);
  CHECK(split.test.size() == 624);
  check_no_patient_twice(split);
  CHECK(std::ranges::count(split.validation, 0, &LabelledFile::label) == 268);  // 0.2 * 1341
  CHECK(std::ranges::count(split.validation, 1, &LabelledFile::label) == 775);  // 0.2 * 3875
  count_cases();
}

}  // namespace nanopneumo::test
