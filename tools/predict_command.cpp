// nanopneumo predict RUN IMAGE...
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "io/file_bytes.h"
#include "io/image_set.h"
#include "tools/commands.h"
#include "tools/trained_run.h"
#include "train/scoring.h"

namespace nanopneumo {
namespace {

struct PredictOptions {
  std::string run, checkpoint = "best";
  std::vector<std::string> images;
  DeviceOptions device;
};

void predict(const PredictOptions& o) {
  const TrainedRun run = load_run(o.run, o.checkpoint, o.device);
  fmt::print("# path\tprobability of {}\tlabel\n", shown(run.header.classes[1]));
  const auto chunk = static_cast<std::size_t>(run.config.batch);
  for (std::size_t first = 0; first < o.images.size(); first += chunk) {
    std::vector<LabelledFile> files;
    for (std::size_t i = first; i < std::min(first + chunk, o.images.size()); ++i)
      files.push_back({o.images[i], 0});
    const ImageSet images =
        load_images(files, run.config.image_height, run.config.image_width,
                    run.config.interpolation, resolve_threads(o.device.threads));
    const std::vector<double> logits = score_images(*run.network, images, run.config.batch);
    for (std::size_t i = 0; i < logits.size(); ++i)
      fmt::print("{}\t{:.6f}\t{}\n", shown(images.names[i]), probability(logits[i]),
                 shown(run.header.classes[logits[i] >= 0 ? 1 : 0]));
  }
}

}  // namespace

void add_predict_command(Command app) {
  const auto o = std::make_shared<PredictOptions>();
  const Command command =
      app.command("predict", "Ask a trained run about images (not a diagnosis)");
  command.option("RUN", o->run, "Folder of a run").required();
  command.option("IMAGE", o->images, "JPEG, PNG or BMP files").required();
  add_run_options(command, o->checkpoint, o->device);
  command.action([o] { predict(*o); });
}

}  // namespace nanopneumo
