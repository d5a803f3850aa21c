// A choice among algorithms for tests.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "kernels/plan/plan_choices.h"

namespace nanopneumo::test {

/// Takes one algorithm wherever it is possible, and the first one elsewhere.
class OneAlgorithm final : public PlanChoices {
 public:
  explicit OneAlgorithm(std::string_view algorithm) : algorithm_(algorithm) {}
  std::optional<std::string> find(const std::string& convolution,
                                  std::span<const std::string_view> possible) override {
    convolutions.push_back(convolution);
    const bool has = std::ranges::find(possible, algorithm_) != possible.end();
    taken += has;
    return std::string(has ? algorithm_ : possible[0]);
  }
  void add(const std::string&, std::string_view) override { FAIL("nothing is to be measured"); }
  void plan_is_complete() override { ++plans; }

  std::vector<std::string> convolutions;
  int taken = 0, plans = 0;

 private:
  std::string_view algorithm_;
};

}  // namespace nanopneumo::test
