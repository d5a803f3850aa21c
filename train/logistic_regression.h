// The simplest classifier there is, for what needs no network.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace nanopneumo {

/// A row of features for each picture; all rows have the same length.
using FeatureRows = std::vector<std::vector<double>>;

/// P(y = 1 | x) = sigmoid(w . z + b), where z are the features minus their mean over the training rows,
/// divided by their standard deviation there (by 1 where that is 0).
class LogisticRegression {
 public:
  /// Minimises sum -log P(y | x) + |w|^2 / 2 (as scikit-learn's LogisticRegression with C = 1; b is not
  /// penalised) by Newton's method, halving a step that does not descend. The penalty keeps w finite
  /// where a feature separates the classes. Throws ShapeError where there is no row, rows and labels
  /// differ in number or a row in length.
  LogisticRegression(const FeatureRows& rows, std::span<const std::uint8_t> labels);

  /// The logit of one row.
  double score(std::span<const double> row) const;

  const std::vector<double>& weights() const { return weights_; }  ///< of z; b is the last
 private:
  std::vector<double> standardised(std::span<const double> row) const;  ///< z and a final 1

  std::vector<double> mean_, deviation_, weights_;
};

}  // namespace nanopneumo
