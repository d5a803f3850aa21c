#include "train/patient_groups.h"

#include <map>
#include <set>

#include "io/patient_key.h"
#include "io/union_find.h"

namespace nanopneumo {

std::int64_t PatientGroups::count() const {
  return static_cast<std::int64_t>(std::set<std::string>(group.begin(), group.end()).size());
}

PatientGroups group_by_patient(std::span<const LabelledFile> files,
                               const std::filesystem::path& folder,
                               std::span<const ContentHash> contents) {
  PatientGroups result;
  std::vector<std::string> keys;
  UnionFind sets(files.size());
  std::map<std::string, std::size_t> first_with_key;
  std::map<ContentHash, std::size_t> first_with_content;
  for (std::size_t i = 0; i < files.size(); ++i) {
    result.names.push_back(files[i].path.lexically_relative(folder).generic_string());
    const std::string number = patient_keys(files[i].path).number;
    if (number.empty()) ++result.unknown_names;
    keys.push_back(number.empty() ? result.names.back() : number);
    sets.unite(i, first_with_key.emplace(keys.back(), i).first->second);
    const auto [same, is_new] = first_with_content.emplace(contents[i], i);
    if (!is_new) ++result.same_content;
    sets.unite(i, same->second);
  }
  std::vector<std::string> smallest = keys;
  for (std::size_t i = 0; i < files.size(); ++i) {
    std::string& name = smallest[sets.find(i)];
    name = std::min(name, keys[i]);
  }
  for (std::size_t i = 0; i < files.size(); ++i) result.group.push_back(smallest[sets.find(i)]);
  return result;
}

}  // namespace nanopneumo
