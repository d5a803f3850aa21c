// A rival's case made of functions; what they need they own.
#pragma once

#include <functional>
#include <utility>

#include "tools/bench/rival.h"

namespace nanopneumo::bench {

class ListedCase final : public RivalCase {
 public:
  explicit ListedCase(std::function<Outputs()> outputs) : outputs_(std::move(outputs)) {}

  ListedCase& add(std::string name, std::function<void()> issue) {
    ways_.emplace_back(std::move(name), std::move(issue));
    return *this;
  }

  std::size_t ways() const override { return ways_.size(); }
  std::string describe(std::size_t way) const override { return ways_[way].first; }
  void issue(std::size_t way) override { ways_[way].second(); }
  Outputs outputs() override { return outputs_(); }

 private:
  std::vector<std::pair<std::string, std::function<void()>>> ways_;
  std::function<Outputs()> outputs_;
};

}  // namespace nanopneumo::bench
