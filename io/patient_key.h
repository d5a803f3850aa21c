// Whose picture a file is, as far as its name says.
#pragma once

#include <filesystem>
#include <string>

namespace nanopneumo {

/// What a name says of the patient, in the two ways in which the published chest X-rays of children
/// (Kermany, Zhang, Goldbaum 2018) can be read. Which of them is right is not documented.
struct PatientKeys {
  /// The number alone: "person12" of person12_virus_45.jpeg, "im-115" of IM-0115-0001.jpeg and of
  /// NORMAL2-IM-0115-0001.jpeg. Pictures of one patient never differ in it, under either reading.
  std::string number;
  /// The number within its series: "person12_virus", "normal2-im-115".
  std::string series;
};

/// The keys in a file's name; both empty where it follows neither pattern. Letters' case and leading
/// zeros of numbers do not count, nor does the folder.
PatientKeys patient_keys(const std::filesystem::path& file);

}  // namespace nanopneumo
