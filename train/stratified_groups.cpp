#include "train/stratified_groups.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>

#include "io/file_bytes.h"
#include "io/safetensors_checksum.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

using ClassCounts = std::array<std::int64_t, 2>;

struct Group {
  std::string name;
  std::string order;  ///< a hash of the name and the seed
  ClassCounts items{};
  int fold = -1;

  std::int64_t size() const { return items[0] + items[1]; }
};

/// FNV-1a alone leaves the last characters of a text in the low digits of its hash; a second round over
/// those digits carries them into all.
std::string hash_of(const std::string& name, std::uint64_t seed) {
  Checksum first;
  first.add_number(seed);
  first.add_text(name);
  Checksum second;
  second.add(first.hex());
  return second.hex();
}

std::vector<Group> collect(std::span<const std::string> groups, std::span<const int> labels,
                           std::uint64_t seed) {
  std::map<std::string, Group> by_name;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    Group& group = by_name[groups[i]];
    group.name = groups[i];
    ++group.items[static_cast<std::size_t>(labels[i])];
  }
  std::vector<Group> result;
  for (auto& [name, group] : by_name) {
    group.order = hash_of(name, seed);
    result.push_back(std::move(group));
  }
  std::ranges::sort(result, [](const Group& a, const Group& b) {
    return std::tuple(-a.size(), a.order, a.name) < std::tuple(-b.size(), b.order, b.name);
  });
  return result;
}

/// The folds as they fill.
class Folds {
 public:
  Folds(std::span<const double> shares, const ClassCounts& total)
      : shares_(shares), total_(total), items_(shares.size()), groups_(shares.size()) {}

  void put(Group& group, int fold) {
    if (group.fold >= 0) count(group, group.fold, -1);
    group.fold = fold;
    count(group, fold, 1);
  }

  /// What a group adds to the chi-square in `fold`, up to a term that is the same in every fold.
  double cost(const Group& group, int fold) const {
    const auto f = static_cast<std::size_t>(fold);
    double sum = 0;
    for (std::size_t label = 0; label < 2; ++label)
      if (const auto added = static_cast<double>(group.items[label]); added > 0)
        sum += added * (2 * static_cast<double>(items_[f][label]) + added) /
               (shares_[f] * static_cast<double>(total_[label]));
    return sum;
  }

  int cheapest(const Group& group) const {
    int best = 0;
    for (int fold = 1; fold < size(); ++fold)
      if (cost(group, fold) < cost(group, best)) best = fold;
    return best;
  }

  int size() const { return static_cast<int>(shares_.size()); }
  /// How many groups of `fold` have pictures of the class.
  std::int64_t groups(int fold, std::size_t label) const {
    return groups_[static_cast<std::size_t>(fold)][label];
  }

 private:
  void count(const Group& group, int fold, int sign) {
    const auto f = static_cast<std::size_t>(fold);
    for (std::size_t label = 0; label < 2; ++label) {
      items_[f][label] += sign * group.items[label];
      groups_[f][label] += sign * (group.items[label] > 0);
    }
  }

  std::span<const double> shares_;
  ClassCounts total_;
  std::vector<ClassCounts> items_, groups_;
};

/// Whether `group` can leave its fold without taking the last of a class along.
bool can_leave(const Folds& folds, const Group& group) {
  for (std::size_t label = 0; label < 2; ++label)
    if (group.items[label] > 0 && folds.groups(group.fold, label) < 2) return false;
  return true;
}

/// Gives `fold` a group with the class from the fold that has the most of them to spare. The groups
/// stand in order of size, so the last that fits is the smallest. Whether there was one.
bool bring_class(Folds& folds, std::vector<Group>& groups, int fold, std::size_t label) {
  Group* best = nullptr;
  for (Group& group : groups)
    if (group.fold != fold && group.items[label] > 0 && can_leave(folds, group))
      if (!best || folds.groups(group.fold, label) >= folds.groups(best->fold, label))
        best = &group;
  if (best) folds.put(*best, fold);
  return best != nullptr;
}

[[noreturn]] void refuse(const std::string& class_name, std::int64_t groups, int folds) {
  throw_input_error(
      "the pictures of class {} are of {} patient{}, too few to have some in each of {} parts "
      "without dividing a patient's: add pictures of more patients, or give fewer --folds",
      shown(class_name), groups, groups == 1 ? "" : "s", folds);
}

}  // namespace

std::vector<int> stratified_folds(std::span<const std::string> groups, std::span<const int> labels,
                                  std::span<const double> shares, std::uint64_t seed,
                                  const std::vector<std::string>& class_names) {
  if (groups.size() != labels.size())
    throw_shape_error("{} groups of {} labels", groups.size(), labels.size());
  std::vector<Group> all = collect(groups, labels, seed);
  ClassCounts total{};
  for (const Group& group : all)
    for (std::size_t label = 0; label < 2; ++label) total[label] += group.items[label];
  Folds folds(shares, total);
  for (Group& group : all) folds.put(group, folds.cheapest(group));
  for (std::size_t label = 0; label < 2; ++label)
    for (int fold = 0; fold < folds.size(); ++fold)
      if (folds.groups(fold, label) == 0 && !bring_class(folds, all, fold, label)) {
        const auto with_class =
            std::ranges::count_if(all, [&](const Group& group) { return group.items[label] > 0; });
        refuse(class_names[label], with_class, folds.size());
      }
  std::map<std::string, int> fold_of;
  for (const Group& group : all) fold_of[group.name] = group.fold;
  std::vector<int> result;
  for (const std::string& group : groups) result.push_back(fold_of.at(group));
  return result;
}

}  // namespace nanopneumo
