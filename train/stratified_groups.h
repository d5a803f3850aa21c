// Groups dealt to folds so that every fold has its share of both classes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace nanopneumo {

/// The fold, from 0, of each item; `shares` are the folds' wanted fractions of the items (positive, of
/// sum 1), `groups` and `labels` (0 or 1) are the items'. All items of a group are in one fold.
///
/// The groups go one after the other, the largest first, to the fold where the sum over folds and
/// classes of (n - wanted)^2 / wanted, Pearson's chi-square of the counts n, becomes smallest. Groups
/// of one size come in the order of a hash of their name and the seed, equally good folds in the order
/// of their numbers: the result depends on the set of items, the shares and the seed, not on the
/// items' order. A fold that would be left without one of the classes then takes the smallest group
/// with it from the fold that has the most.
///
/// Throws InputError where a class has fewer groups than there are folds, so that one of them must
/// lack it (`class_names` are for the message), and ShapeError unless there is one group and one label
/// per item.
std::vector<int> stratified_folds(std::span<const std::string> groups, std::span<const int> labels,
                                  std::span<const double> shares, std::uint64_t seed,
                                  const std::vector<std::string>& class_names);

}  // namespace nanopneumo
