// nanopneumo export RUN [--format keras-h5] [--out FILE]
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "io/atomic_file.h"
#include "io/file_bytes.h"
#include "tools/commands.h"
#include "tools/keras_code.h"
#include "tools/trained_run.h"
#include "train/pretrained.h"

namespace nanopneumo {
namespace {

constexpr const char* kLegacy = "keras-h5";
constexpr const char* kKeras3 = "keras-weights-h5";

struct ExportOptions {
  std::string run, checkpoint = "best", format = kLegacy, out;
};

/// Keras tells the two layouts apart by the end of the file's name.
void require_ending(const ExportOptions& o) {
  const bool keras3 = o.out.ends_with(".weights.h5");
  if (o.format == kKeras3 && !keras3)
    throw_input_error(
        "Keras reads the format {} from files named ....weights.h5 only; give --out "
        "such a name instead of {}",
        kKeras3, shown(o.out));
  if (o.format == kLegacy && (keras3 || !o.out.ends_with(".h5")))
    throw_input_error(
        "Keras reads the format {} from files named ....h5, not ....weights.h5; give "
        "--out such a name instead of {}",
        kLegacy, shown(o.out));
}

/// Without --out: in the run's folder, by the model's name.
std::string default_out(const ExportOptions& o, std::string_view model) {
  const std::string name(model);
  return (std::filesystem::path(o.run) / (name + (o.format == kKeras3 ? ".weights.h5" : ".h5")))
      .string();
}

void export_run(ExportOptions o) {
  if (!o.out.empty()) require_ending(o);
  const TrainedRun run = load_parameters(o.run, o.checkpoint);
  if (o.out.empty()) o.out = default_out(o, run.config.model);
  const Network& network = *run.network;
  const std::vector<ExportedLayer> layers = exported_layers(network.graph(), network.parameters());
  write_file_atomically(
      o.out, o.format == kLegacy ? keras_h5_file(layers) : keras_weights_h5_file(layers));
  fmt::print("# {}: {} parameters of {}, epoch {}. In Python:\n{}", shown(o.out),
             count_parameters(network.graph()).total, network.architecture().title,
             run.header.epoch, keras_code(network.architecture(), run.config, o.out));
  fmt::print("# model(preprocess(x)) is the probability of {}\n", shown(run.header.classes[1]));
}

}  // namespace

void add_export_command(Command app) {
  const auto o = std::make_shared<ExportOptions>();
  const Command command = app.command("export", "Write a run's weights for Keras");
  command.option("RUN", o->run, "Folder of a run").required();
  command
      .option("--out", o->out,
              "The file to write; default: MODEL.h5, or MODEL.weights.h5, in the run's folder")
      .without_default();
  command
      .option("--format", o->format,
              "keras-h5: every Keras reads it; keras-weights-h5: Keras 3's own layout")
      .one_of({kLegacy, kKeras3});
  command.option("--checkpoint", o->checkpoint, "The epoch to use: best or last")
      .one_of({"best", "last"});
  command.action([o] { export_run(*o); });
}

}  // namespace nanopneumo
