#include "tests/tools/report_runs.h"

#include <fmt/format.h>

#include "train/metrics.h"
#include "train/roc.h"

namespace nanopneumo::test {

Predictions known_predictions(int n, int right) {
  Predictions p;
  for (int i = 0; i < n; ++i) {
    const bool positive = i % 3 == 0, called = (i < right) == positive;
    p.names.push_back(fmt::format("phantom-{:06}", i));
    p.labels.push_back(positive);
    p.logits.push_back((called ? 1 : -1) * (0.5 + 0.25 * (i * 7 % 11)));
  }
  return p;
}

void KnownRun::write(const Sandbox& sandbox) const {
  Config config;
  config.model = model;
  config.epochs = 2;
  config.seed = seed;
  config.data = data;
  if (folds > 0) config.protocol = {.kind = Protocol::Kind::honest, .folds = folds, .fold = fold};
  if (model != "cnn") config.weights = weights;
  const std::filesystem::path folder = name;
  sandbox.write(folder / "config.toml", to_toml(config));
  const std::vector<double> scores = predictions.probabilities();
  const ConfusionMatrix c = confusion_matrix(scores, predictions.labels);
  sandbox.write(
      folder / "log.csv",
      fmt::format("epoch,loss,accuracy,val_loss,val_accuracy,val_auc,val_tp,val_fp,"
                  "val_tn,val_fn,later_column\n"
                  "1,0.9,0.4,0.8,0.01,0.5,0,0,1,1,x\n2,0.5,0.75,0.4,{},{},{},{},{},{},x\n",
                  c.accuracy().value(), roc_auc(scores, predictions.labels).value(),
                  c.true_positives, c.false_positives, c.true_negatives, c.false_negatives));
  if (keeps_timing)
    sandbox.write(folder / "timing.csv",
                  "epoch,train_seconds,validation_seconds,images_per_second,peak_memory_mib\n"
                  "1,60.5,1,9,100\n2,65,1,9,1234\n");
  if (keeps_predictions) write_predictions(sandbox.path(folder / "predictions.csv"), predictions);
}

}  // namespace nanopneumo::test
