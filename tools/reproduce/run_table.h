// The table of all runs that stands on the terminal while `reproduce` works.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace nanopneumo {

/// A row a run. On a terminal the table is drawn again in its place as it changes; elsewhere nothing is
/// shown until print().
class RunTable {
 public:
  struct Row {
    std::string name, state;  ///< kWaiting, "epoch 3/10 ...", "done"
    std::string accuracy{}, auc{},
        time{};  ///< of the best epoch on the validation images; empty before
  };

  static constexpr const char* kWaiting = "waiting";

  explicit RunTable(std::vector<Row> rows);

  Row& row(std::size_t i) { return rows_[i]; }
  const std::vector<Row>& rows() const { return rows_; }

  /// Draws it anew; at most ten times a second unless `now`.
  void redraw(bool now = false);
  /// Takes it off the terminal, so that something else can be printed.
  void erase();
  /// Prints it for good.
  void print();

 private:
  /// The heading, and `count` rows from number `first` on.
  std::vector<std::string> lines(std::size_t first, std::size_t count) const;

  std::vector<Row> rows_;
  bool terminal_;
  int lines_shown_ = 0;
  std::chrono::steady_clock::time_point last_drawn_{};
};

}  // namespace nanopneumo
