// Sets that grow together: which of n things belong to one another, told pair by pair.
#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

namespace nanopneumo {

/// Disjoint sets with path halving (Tarjan & van Leeuwen 1984). A set is named by its smallest member,
/// whatever the order of the pairs.
class UnionFind {
 public:
  explicit UnionFind(std::size_t n) : parent_(n) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }

  std::size_t find(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void unite(std::size_t a, std::size_t b) {
    a = find(a);
    b = find(b);
    parent_[a > b ? a : b] = a > b ? b : a;
  }

 private:
  std::vector<std::size_t> parent_;
};

}  // namespace nanopneumo
