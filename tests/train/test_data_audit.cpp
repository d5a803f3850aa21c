// What the audit finds in data sets with planted faults.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "io/image_write.h"
#include "io/phantoms.h"
#include "io/resize.h"
#include "tests/io/messages.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"
#include "train/data_audit.h"

namespace nanopneumo::test {
namespace {

namespace fs = std::filesystem;

constexpr int kSide = 64;

Image picture(int label, std::uint64_t number) { return phantom(kSide, kSide, label, 11, number); }

Image brighter(Image image, int by) {
  for (std::uint8_t& pixel : image.pixels)
    pixel = static_cast<std::uint8_t>(std::min(int{pixel} + by, 255));
  return image;
}

/// A data set without faults, of phantoms; every patient has two pictures of one class.
class CleanData {
 public:
  CleanData() {
    std::uint64_t number = 0;
    for (const auto& [part, count] : {std::pair{"train", 40}, std::pair{"test", 16}})
      for (int i = 0; i < count; ++i) {
        const int label = i % 2;
        const int patient = (number < 40 ? 0 : 1000) + i / 4;
        put(fmt::format("{}/{}", part, file(label, patient, i)), picture(label, number++));
      }
  }
  static std::string file(int label, int patient, int picture) {
    return label ? fmt::format("PNEUMONIA/person{}_virus_{}.png", patient, picture)
                 : fmt::format("NORMAL/IM-{:04}-{:04}.png", patient, picture);
  }
  void put(const fs::path& name, const Image& image) const {
    fs::create_directories((folder_.path() / name).parent_path());
    write_png(folder_.path() / name, image);
  }
  void copy(const fs::path& from, const fs::path& to) const {
    fs::copy_file(folder_.path() / from, folder_.path() / to);
  }
  const fs::path& path() const { return folder_.path(); }
  DataAudit audit(int threads = 2) const { return audit_dataset(path(), threads); }

 private:
  TemporaryFolder folder_;
};

const FeatureFigures& feature(const PartAudit& part, const std::string& name) {
  return *std::ranges::find(part.features, name, &FeatureFigures::name);
}

}  // namespace

TEST_CASE("clean data: nothing is found that is not there") {
  const CleanData data;
  const DataAudit audit = data.audit();
  REQUIRE(audit.parts.size() == 2);
  CHECK(audit.parts[0].pictures == std::array<std::int64_t, 2>{20, 20});
  CHECK(audit.parts[1].pictures == std::array<std::int64_t, 2>{8, 8});
  CHECK(audit.exact.sets.empty());
  CHECK(audit.near.sets.empty());
  for (const PatientKeyAudit& key : audit.patient_keys) {
    CHECK(key.patients[0] == std::array<std::int64_t, 2>{10, 10});
    CHECK(key.in_both_classes == 0);
    REQUIRE(key.overlaps.size() == 1);
    CHECK(key.overlaps[0].patients == 0);
  }
  CHECK_FALSE(audit.baselines[0].anything_to_see);
  CHECK(audit.baselines[1].anything_to_see);
  CHECK(contains(audit_text(audit), "train/ and test/ share none"));
  CHECK(contains(audit_text(audit), "the same bytes: none"));
  count_cases();
}

TEST_CASE("the figures are the same on any number of threads, and valid JSON") {
  const CleanData data;
  const std::string json = audit_json(data.audit(1));
  CHECK(json == audit_json(data.audit(4)));
  const auto parsed = nlohmann::json::parse(json);
  CHECK(parsed.at("parts").at(0).at("pictures") == nlohmann::json({20, 20}));
  CHECK(parsed.at("patients").at(0).at("proven") == false);
  count_cases(2);
}

TEST_CASE("a patient in two parts is found under the keys that say so") {
  const CleanData data;
  data.put("test/PNEUMONIA/person3_bacteria_900.png", picture(1, 900));
  DataAudit audit = data.audit();
  CHECK(audit.patient_keys[0].overlaps[0].patients == 1);
  CHECK(audit.patient_keys[0].overlaps[0].keys == std::vector<std::string>{"person3"});
  CHECK(audit.patient_keys[0].overlaps[0].first_pictures == 2);
  CHECK(audit.patient_keys[0].overlaps[0].second_pictures == 1);
  CHECK(audit.patient_keys[1].overlaps[0].patients == 0);
  data.put("test/PNEUMONIA/person3_virus_901.png", picture(1, 901));
  audit = data.audit();
  CHECK(audit.patient_keys[1].overlaps[0].keys == std::vector<std::string>{"person3_virus"});
  CHECK(contains(audit_text(audit), "train/ and test/ share 1, with 2 and 1 pictures there"));
  data.put("train/NORMAL/person3_virus_902.png", picture(0, 902));
  audit = data.audit();
  CHECK(audit.patient_keys[0].in_both_classes == 1);
  count_cases(3);
}

TEST_CASE("copied files are found, with what they cross") {
  const CleanData data;
  data.copy("train/NORMAL/IM-0000-0000.png", "train/NORMAL/IM-0000-0009.png");
  data.copy("train/PNEUMONIA/person1_virus_5.png", "test/NORMAL/IM-7777-0001.png");
  const DataAudit audit = data.audit();
  REQUIRE(audit.exact.sets.size() == 2);
  CHECK(audit.exact.pictures == 4);
  CHECK(audit.exact.across_parts == 1);
  CHECK(audit.exact.across_classes == 1);
  CHECK(audit.exact.across_patients == 1);
  CHECK(audit.exact.sets[0] ==
        std::vector<std::string>{"train/NORMAL/IM-0000-0000.png", "train/NORMAL/IM-0000-0009.png"});
  CHECK(audit.near.sets == audit.exact.sets);
  count_cases();
}

TEST_CASE("scaled and brightened copies are near duplicates") {
  const CleanData data;
  data.put("test/NORMAL/IM-8000-0001.png", brighter(picture(0, 0), 12));
  data.put("test/PNEUMONIA/person8000_virus_1.png",
           resize(picture(1, 1), 90, 90, Interpolation::bilinear));
  const DataAudit audit = data.audit();
  CHECK(audit.exact.sets.empty());
  CHECK(audit.near.sets.size() == 2);
  CHECK(audit.near.across_parts == 2);
  CHECK(audit.near.across_classes == 0);
  CHECK(audit.near.across_patients == 2);
  count_cases();
}

TEST_CASE("a brightness shortcut shows, in the class difference and in the baseline") {
  const CleanData data;
  for (int i = 1; i < 40; i += 2) {
    const fs::path file = fs::path("train") / CleanData::file(1, i / 4, i);
    data.put(file, brighter(read_image(data.path() / file), 60));
  }
  for (int i = 1; i < 16; i += 2) {
    const fs::path file = fs::path("test") / CleanData::file(1, 1000 + i / 4, i);
    data.put(file, brighter(read_image(data.path() / file), 60));
  }
  const DataAudit audit = data.audit();
  CHECK(feature(audit.parts[0], "brightness").auc.value > 0.95);
  CHECK(feature(audit.parts[0], "height").auc.value == 0.5);
  REQUIRE(audit.baselines[1].cross_validated.has_value());
  CHECK(audit.baselines[1].cross_validated->value > 0.95);
  CHECK(audit.baselines[1].on_test->value > 0.95);
  CHECK(audit.baselines[2].on_test->value > 0.95);
  count_cases();
}

TEST_CASE("a size shortcut shows in the baseline that sees sizes") {
  const CleanData data;
  for (int i = 1; i < 40; i += 2) {
    const fs::path file = fs::path("train") / CleanData::file(1, i / 4, i);
    data.put(file, resize(picture(1, static_cast<std::uint64_t>(i)), 48 + i % 5, 64,
                          Interpolation::bilinear));
  }
  const DataAudit audit = data.audit();
  CHECK(audit.baselines[0].anything_to_see);
  CHECK(audit.baselines[0].cross_validated->value > 0.95);
  CHECK(feature(audit.parts[0], "height").auc.value == 0);
  CHECK(feature(audit.parts[0], "width").auc.value == 0.5);
  count_cases();
}

TEST_CASE("colour in one class is counted") {
  const CleanData data;
  Image image = to_rgb(picture(1, 500));
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) image.pixels[i] = 255;
  data.put("train/PNEUMONIA/person500_virus_1.png", image);
  const DataAudit audit = data.audit();
  CHECK(audit.parts[0].gray == std::array<std::int64_t, 2>{20, 20});
  CHECK(audit.parts[0].pictures == std::array<std::int64_t, 2>{20, 21});
  CHECK(feature(audit.parts[0], "colour").mean[0] == 0);
  CHECK(feature(audit.parts[0], "colour").mean[1] > 1);
  count_cases();
}

TEST_CASE("names that tell no patient, and class folders alone") {
  const TemporaryFolder folder;
  write_phantoms(folder.path() / "all", 20, kSide, kSide, 1);
  const DataAudit audit = audit_dataset(folder.path() / "all/train", 1);
  REQUIRE(audit.parts.size() == 1);
  CHECK(audit.parts[0].unknown_names == 16);
  CHECK(audit.patient_keys[0].overlaps.empty());
  CHECK_FALSE(audit.baselines[1].on_test.has_value());
  CHECK(contains(audit_text(audit), "16 of 16 names tell no patient"));
  count_cases();
}

TEST_CASE("one picture in each class is enough for a report") {
  const TemporaryFolder folder;
  for (const char* name : {"A", "B"}) {
    fs::create_directories(folder.path() / name);
    write_png(folder.path() / name / "1.png", Image{2, 2, 1, {0, 0, 0, 0}});
  }
  const DataAudit audit = audit_dataset(folder.path(), 1);
  CHECK(audit.exact.across_classes == 1);
  CHECK_FALSE(audit.baselines[1].anything_to_see);
  CHECK_FALSE(audit_text(audit).empty());
  CHECK(nlohmann::json::parse(audit_json(audit)).at("exact_duplicates").at("pictures") == 2);
  count_cases();
}

TEST_CASE("the published data: the figures of docs/data.md") {
  const auto folder = shared_data("chest_xray_224");
  if (!folder) return;
  const DataAudit audit = audit_dataset(*folder, 2);
  REQUIRE(audit.parts.size() == 3);
  CHECK(audit.parts[0].pictures == std::array<std::int64_t, 2>{1341, 3875});
  CHECK(audit.parts[2].pictures == std::array<std::int64_t, 2>{234, 390});
  const auto& [number, series] = std::pair{audit.patient_keys[0], audit.patient_keys[1]};
  CHECK(number.patients[0] == std::array<std::int64_t, 2>{1000, 1635});
  CHECK(number.overlaps[1].patients == 264);
  CHECK(series.patients[0] == std::array<std::int64_t, 2>{1211, 2443});
  for (const PatientOverlap& overlap : series.overlaps) CHECK(overlap.patients == 0);
  for (const DuplicateAudit& duplicates : {audit.exact, audit.near}) {
    CHECK(duplicates.sets.size() == 30);
    CHECK(duplicates.pictures == 62);
    CHECK(duplicates.across_parts == 0);
    CHECK(duplicates.across_classes == 0);
    CHECK(duplicates.across_patients == 1);
  }
  CHECK_FALSE(audit.baselines[0].anything_to_see);
  CHECK(std::abs(audit.baselines[1].on_test->value - 0.427) < 0.002);
  CHECK(std::abs(feature(audit.parts[0], "bytes").auc.value - 0.100) < 0.001);
  CHECK(std::abs(feature(audit.parts[0], "contrast").auc.value - 0.297) < 0.002);
  count_cases(8);
}

}  // namespace nanopneumo::test
