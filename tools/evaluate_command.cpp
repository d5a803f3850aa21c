// nanopneumo evaluate RUN --data FOLDER
#include <fmt/format.h>

#include <memory>

#include "io/dataset_files.h"
#include "tools/commands.h"
#include "tools/report_metrics.h"
#include "tools/scorer.h"

namespace nanopneumo {
namespace {

struct EvaluateOptions {
  std::string data, split;
  ScoringOptions scoring;
};

void evaluate(const EvaluateOptions& o) {
  const Scorer scorer(o.scoring);
  std::string source;
  const std::vector<LabelledFile> files =
      find_evaluation_files(o.data, scorer.classes(), o.split, &source);
  const std::vector<double> scores = scorer.score(files, true);
  std::vector<std::uint8_t> labels;
  std::vector<std::string> names;
  for (const LabelledFile& file : files) {
    labels.push_back(static_cast<std::uint8_t>(file.label));
    names.push_back(file.path.string());
  }
  fmt::print("{}, on {} images from {} of {}\n", scorer.description(), files.size(), source,
             o.data);
  if (scorer.was_fitted_to(names_within(o.data, names)))
    fmt::print(
        "note: temperature or threshold were chosen on some of these very images; that "
        "flatters\n");
  fmt::print("positive class: {}; threshold {:.4g}\n\n{}", scorer.classes()[1], scorer.threshold(),
             metrics_report(scores, labels, scorer.classes(), scorer.threshold()));
}

}  // namespace

void add_evaluate_command(Command app) {
  const auto o = std::make_shared<EvaluateOptions>();
  const Command command =
      app.command("evaluate", "Measure a trained run on a folder of labelled images");
  command.option("RUN", o->scoring.run, "Folder of a run").required();
  command.option("--data", o->data, "Folder of images, laid out as for train").required();
  command.option("--split", o->split, "train, test or val; default: test, else val, else all")
      .one_of({"train", "test", "val"});
  add_scoring_options(command, o->scoring);
  command.action([o] { evaluate(*o); });
}

}  // namespace nanopneumo
