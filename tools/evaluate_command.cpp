// nanopneumo evaluate RUN --data FOLDER
#include <fmt/format.h>

#include <memory>

#include "io/dataset_files.h"
#include "tools/commands.h"
#include "tools/progress_bar.h"
#include "tools/report_metrics.h"
#include "tools/trained_run.h"
#include "train/scoring.h"

namespace nanopneumo {
namespace {

struct EvaluateOptions {
  std::string run, data, split, checkpoint = "best";
  DeviceOptions device;
};

void evaluate(const EvaluateOptions& o) {
  const TrainedRun run = load_run(o.run, o.checkpoint, o.device);
  std::string source;
  const std::vector<LabelledFile> files =
      find_evaluation_files(o.data, run.header.classes, o.split, &source);
  ProgressBar reading("reading images", "img");
  const ImageSet images =
      load_images(files, run.config.image_height, run.config.image_width, run.config.interpolation,
                  resolve_threads(o.device.threads),
                  [&](std::int64_t done, std::int64_t total) { reading.update(done, total); });
  reading.clear();
  ProgressBar scoring("scoring", "img");
  const std::vector<double> logits = score_images(*run.network, images, run.config.batch,
                                                  [&](std::int64_t done, std::int64_t total) {
                                                    scoring.update(done, total);
                                                    return true;
                                                  });
  scoring.clear();
  std::vector<double> scores;
  for (const double logit : logits) scores.push_back(probability(logit));
  fmt::print(
      "{}, {} epoch ({}), on {} images from {} of {}\npositive class: {}; threshold 0.5\n\n{}",
      run.network->architecture().title, o.checkpoint, run.header.epoch, images.size(), source,
      o.data, run.header.classes[1], metrics_report(scores, images.labels, run.header.classes));
}

}  // namespace

void add_evaluate_command(Command app) {
  const auto o = std::make_shared<EvaluateOptions>();
  const Command command =
      app.command("evaluate", "Measure a trained run on a folder of labelled images");
  command.option("RUN", o->run, "Folder of a run").required();
  command.option("--data", o->data, "Folder of images, laid out as for train").required();
  command.option("--split", o->split, "train, test or val; default: test, else val, else all")
      .one_of({"train", "test", "val"});
  add_run_options(command, o->checkpoint, o->device);
  command.action([o] { evaluate(*o); });
}

}  // namespace nanopneumo
