#include <doctest/doctest.h>

#include <cmath>

#include "io/dataset_files.h"
#include "tests/io/messages.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace fs = std::filesystem;
namespace {

void add(const TemporaryFolder& folder, const std::string& class_folder, int pictures) {
  for (int i = 0; i < pictures; ++i)
    folder.file(fs::path(class_folder) / fmt::format("{:03}.png", i));
}

void add_part(const TemporaryFolder& folder, const std::string& part, int normal, int pneumonia) {
  add(folder, part + "NORMAL", normal);
  add(folder, part + "PNEUMONIA", pneumonia);
}

std::string error_of(const fs::path& folder, std::optional<double> split = {}) {
  return input_error_of([&] { find_dataset(folder, split); });
}

bool any_contains(const std::vector<std::string>& notes, const std::string& part) {
  for (const std::string& note : notes)
    if (contains(note, part)) return true;
  return false;
}

std::vector<std::string> file_names(const std::vector<LabelledFile>& files) {
  std::vector<std::string> names;
  for (const LabelledFile& file : files) names.push_back(file.path.filename());
  return names;
}

}  // namespace

TEST_CASE(
    "the paper's layout trains on train/, validates on test/, and says that val/ is not used") {
  const TemporaryFolder folder;
  add_part(folder, "train/", 3, 5);
  add_part(folder, "test/", 2, 4);
  add_part(folder, "val/", 1, 1);
  const DatasetFiles files = find_dataset(folder.path(), {});
  CHECK(files.classes == std::vector<std::string>{"NORMAL", "PNEUMONIA"});
  CHECK(files.train.size() == 8);
  CHECK(files.train[2].label == 0);
  CHECK(files.train[3].label == 1);
  CHECK(files.train[3].path == folder.path() / "train/PNEUMONIA/000.png");
  CHECK(files.validation.size() == 6);
  CHECK(files.validation_source == "test/");
  REQUIRE(files.notes.size() == 1);
  CHECK(contains(files.notes[0], "val/ (2 pictures) is not used"));
  count_cases();
}

TEST_CASE("without test/ validation is on val/, without both a split is needed") {
  const TemporaryFolder folder;
  add_part(folder, "train/", 3, 5);
  CHECK(contains(error_of(folder.path()), "give --val-split"));
  add_part(folder, "val/", 1, 2);
  const DatasetFiles files = find_dataset(folder.path(), {});
  CHECK(files.validation_source == "val/");
  CHECK(files.validation.size() == 3);
  count_cases(2);
}

TEST_CASE("a split takes the first fraction of each sorted class, as in Keras") {
  const TemporaryFolder folder;
  add_part(folder, "", 7, 12);
  const DatasetFiles files = find_dataset(folder.path(), 0.25);
  CHECK(file_names(files.validation) ==
        std::vector<std::string>{"000.png", "000.png", "001.png", "002.png"});  // int(1.75), int(3)
  CHECK(files.train.size() == 15);
  CHECK(files.validation[0].label == 0);
  CHECK(files.validation[1].label == 1);
  CHECK(any_contains(files.notes, "not by patient"));
  CHECK(contains(error_of(folder.path()), "give --val-split"));
  CHECK(contains(error_of(folder.path(), 0.1), "leaves one side without a picture"));
  for (const double bad : {0.0, 1.0, -0.5, 2.0, std::nan("")})
    CHECK(contains(error_of(folder.path(), bad), "no fraction between 0 and 1"));
  count_cases(8);
}

TEST_CASE("a split beside test/ leaves test/ alone and says so") {
  const TemporaryFolder folder;
  add_part(folder, "train/", 10, 10);
  add_part(folder, "test/", 3, 4);
  const DatasetFiles files = find_dataset(folder.path(), 0.2);
  CHECK(files.train.size() == 16);
  CHECK(files.validation.size() == 4);
  CHECK(files.validation_source == "first 20 % of each class of train/");
  CHECK(any_contains(files.notes, "test/ (7 pictures) is not used"));
  count_cases();
}

TEST_CASE("hidden files, __MACOSX and other files are passed over, the last are counted") {
  const TemporaryFolder folder;
  add_part(folder, "train/", 2, 2);
  add_part(folder, "test/", 2, 2);
  folder.file("train/NORMAL/._000.png");
  folder.file("train/.ipynb_checkpoints/x.png");
  folder.file("train/__MACOSX/x.png");
  folder.file("train/NORMAL/notes.txt");
  folder.file("train/PNEUMONIA/Thumbs.db");
  folder.file("train/PNEUMONIA/README");
  folder.file("train/PNEUMONIA/scan.JPG");
  const DatasetFiles files = find_dataset(folder.path(), {});
  CHECK(files.train.size() == 5);
  REQUIRE(files.notes.size() == 1);
  CHECK(contains(files.notes[0], "3 files in train/ are not named"));
  CHECK(contains(files.notes[0], "(.db, .txt, README)"));
  count_cases();
}

TEST_CASE("pictures in subfolders are found in Keras' order, link loops are walked once") {
  const TemporaryFolder folder;
  add_part(folder, "train/", 1, 1);
  folder.file("train/NORMAL/b/1.png");
  folder.file("train/NORMAL/a/2.png");
  folder.file("train/NORMAL/a/deep/0.png");
  folder.file("train/NORMAL/z.png");
  fs::create_directory_symlink(folder.path() / "train" / "NORMAL",
                               folder.path() / "train/NORMAL/a/up");
  fs::create_symlink("self", folder.path() / "train/NORMAL/self");
  add_part(folder, "test/", 1, 1);
  const DatasetFiles files = find_dataset(folder.path(), {});
  CHECK(file_names(files.train) ==
        std::vector<std::string>{"000.png", "z.png", "2.png", "0.png", "1.png", "000.png"});
  count_cases();
}

TEST_CASE("folders that are no data set of two classes end in a sentence") {
  const TemporaryFolder folder;
  CHECK(contains(error_of(folder.path() / "missing"), "does not exist"));
  CHECK(contains(error_of(folder.file("file.png")), "is a file where a folder"));
  CHECK(contains(error_of(folder.path()), "no class folder"));
  add(folder, "only/NORMAL", 2);
  CHECK(contains(error_of(folder.path() / "only", 0.5), "has 1 class folder: NORMAL"));
  for (const char* name : {"A", "B", "C"}) add(folder, std::string("three/") + name, 2);
  CHECK(contains(error_of(folder.path() / "three", 0.5), "3 class folders: A, B, C"));
  for (const char* name : {"A", "\x1b[2J"}) add(folder, std::string("odd/") + name, 2);
  const std::string odd = error_of(folder.path() / "odd", 0.5);
  CHECK(contains(odd, "rename it"));
  CHECK_FALSE(contains(odd, "\x1b"));
  add(folder, "empty/A", 2);
  fs::create_directories(folder.path() / "empty/B");
  CHECK(contains(error_of(folder.path() / "empty", 0.5), "empty/B holds no JPEG"));
  add(folder, "differ/train/A", 2);
  add(folder, "differ/train/B", 2);
  add(folder, "differ/test/A", 2);
  add(folder, "differ/test/b", 2);
  CHECK(contains(error_of(folder.path() / "differ"), "classes A and b where A and B"));
  add_part(folder, "nested/chest_xray/train/", 2, 2);
  CHECK(contains(error_of(folder.path() / "nested"), "nested/chest_xray"));
  add_part(folder, "capital/Train/", 2, 2);
  add_part(folder, "capital/Test/", 2, 2);
  CHECK(contains(error_of(folder.path() / "capital", 0.5), "rename it to train, test or val"));
  add_part(folder, "testonly/test/", 2, 2);
  CHECK(contains(error_of(folder.path() / "testonly", 0.5), "no train/ folder"));
  count_cases(11);
}

TEST_CASE("evaluation takes test/, else val/, else the class folders, or the part asked for") {
  const TemporaryFolder folder;
  const std::vector<std::string> classes = {"NORMAL", "PNEUMONIA"};
  add_part(folder, "plain/", 2, 3);
  std::string source;
  CHECK(find_evaluation_files(folder.path() / "plain", classes, "", &source).size() == 5);
  CHECK(source == "the class folders");
  add_part(folder, "train/", 4, 4);
  const auto error = [&](const std::string& split, const std::vector<std::string>& names) {
    return input_error_of([&] { find_evaluation_files(folder.path(), names, split, nullptr); });
  };
  CHECK(contains(error("", classes), "choose the part 'train'"));
  add_part(folder, "val/", 1, 1);
  CHECK(find_evaluation_files(folder.path(), classes, "", &source).size() == 2);
  CHECK(source == "val/");
  add_part(folder, "test/", 2, 2);
  CHECK(find_evaluation_files(folder.path(), classes, "", &source).size() == 4);
  CHECK(source == "test/");
  CHECK(find_evaluation_files(folder.path(), classes, "train", &source).size() == 8);
  CHECK(source == "train/");
  CHECK(contains(error("tset", classes), "choose train, test or val"));
  CHECK(contains(error("", {"COVID", "NORMAL"}), "where COVID and NORMAL are needed"));
  // A model whose classes are the other way round gets its own labels.
  const auto swapped = find_evaluation_files(folder.path(), {"PNEUMONIA", "NORMAL"}, "", nullptr);
  CHECK(swapped.front().label == 1);
  CHECK(swapped.back().label == 0);
  count_cases(8);
}

TEST_CASE("the official split of the chest X-rays is found whole") {
  const auto folder = shared_data("chest_xray_224");
  if (!folder) return;
  const DatasetFiles files = find_dataset(*folder, {});
  CHECK(files.train.size() == 5216);
  CHECK(files.validation.size() == 624);
  std::size_t positive = 0;
  for (const LabelledFile& file : files.train) positive += static_cast<std::size_t>(file.label);
  CHECK(positive == 3875);
  CHECK(any_contains(files.notes, "val/ (16 pictures) is not used"));
  count_cases();
}

}  // namespace nanopneumo::test
