#include "tools/test_once.h"

#include <fmt/format.h>

#include "io/atomic_file.h"
#include "tools/progress_bar.h"
#include "tools/report_metrics.h"
#include "tools/trained_run.h"
#include "train/restored_network.h"
#include "train/scoring.h"
#include "train/test_result.h"

namespace nanopneumo {

void test_once(const Config& config, const TrainingData& data, const RunFolder& folder,
               Device& device, const StopCheck& check) {
  if (!owes_test(config, folder)) return;
  const Checkpoint best = open_checkpoint(folder, "best", config);
  const std::unique_ptr<Network> network = restored_network(best, config, device);
  ProgressBar bar("the test part, once", "img");
  const auto total = static_cast<std::int64_t>(2 * data.split.test.size());  // read, then scored
  const ImageSet images =
      load_images(data.split.test, config.image_height, config.image_width, config.interpolation,
                  resolve_threads(config.loader_threads ? config.loader_threads : config.threads),
                  [&](std::int64_t done, std::int64_t) {
                    check();
                    bar.update(done, total);
                  });
  const std::vector<double> logits =
      score_images(*network, images, config.batch, [&](std::int64_t done, std::int64_t) {
        check();
        bar.update(images.size() + done, total);
        return true;
      });
  bar.clear();
  std::vector<double> scores;
  for (const double logit : logits) scores.push_back(probability(logit));
  write_file_atomically(folder.test(),
                        test_result_json(config, best.header().epoch, data.split.test_source,
                                         data.classes, images, scores));
  fmt::print("\nthe test part, looked at once, with epoch {}: {} images from {}\n{}kept in {}\n",
             best.header().epoch, images.size(), data.split.test_source,
             metrics_report(scores, images.labels, data.classes), folder.test().string());
}

}  // namespace nanopneumo
