// Folders of runs whose figures are known.
#pragma once

#include <string>
#include <vector>

#include "tests/tools/sandbox.h"
#include "train/config.h"
#include "train/predictions.h"

namespace nanopneumo::test {

/// A run as `train` would have left it, without its checkpoints: two epochs, of which the second is
/// the best one and gave `predictions`.
struct KnownRun {
  std::string name;  ///< of the folder
  std::string model = "cnn";
  std::uint64_t seed = 1;
  Predictions predictions;
  std::string data{};            ///< empty: phantoms
  std::string weights = "none";  ///< of a backbone
  int folds = 0, fold = 0;
  bool keeps_predictions = true, keeps_timing = true;

  void write(const Sandbox& sandbox) const;
};

/// `n` images of which number i is positive where i mod 3 is 0, and is judged rightly where it is
/// below `right`, with logits that differ from image to image.
Predictions known_predictions(int n, int right);

}  // namespace nanopneumo::test
