// nanopneumo predict RUN IMAGE...
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "io/file_bytes.h"
#include "tools/commands.h"
#include "tools/scorer.h"

namespace nanopneumo {
namespace {

struct PredictOptions {
  std::vector<std::string> images;
  ScoringOptions scoring;
};

void predict(const PredictOptions& o) {
  const Scorer scorer(o.scoring);
  fmt::print("# path\tprobability of {}\tlabel\n", shown(scorer.classes()[1]));
  const auto chunk = static_cast<std::size_t>(scorer.first().config.batch);
  for (std::size_t first = 0; first < o.images.size(); first += chunk) {
    std::vector<LabelledFile> files;
    for (std::size_t i = first; i < std::min(first + chunk, o.images.size()); ++i)
      files.push_back({o.images[i], 0});
    const std::vector<double> scores = scorer.score(files, false);
    for (std::size_t i = 0; i < scores.size(); ++i)
      fmt::print("{}\t{:.6f}\t{}\n", shown(files[i].path), scores[i],
                 shown(scorer.classes()[scores[i] >= scorer.threshold() ? 1 : 0]));
  }
}

}  // namespace

void add_predict_command(Command app) {
  const auto o = std::make_shared<PredictOptions>();
  const Command command =
      app.command("predict", "Ask a trained run about images (not a diagnosis)");
  command.option("RUN", o->scoring.run, "Folder of a run").required();
  command.option("IMAGE", o->images, "JPEG, PNG or BMP files").required();
  add_scoring_options(command, o->scoring);
  command.action([o] { predict(*o); });
}

}  // namespace nanopneumo
