// nanopneumo features MODEL|RUN --out F.npy IMAGE...
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "io/file_bytes.h"
#include "io/is_there.h"
#include "io/npy.h"
#include "io/resize.h"
#include "tools/backbone.h"
#include "tools/commands.h"
#include "tools/print_note.h"
#include "tools/progress_bar.h"
#include "tools/trained_run.h"
#include "train/plan_file.h"

namespace nanopneumo {
namespace {

constexpr std::size_t kBatch = 32;

struct FeaturesOptions {
  std::string model = "mobilenet", weights, image_size = "250", out;
  std::string interpolation = "nearest", checkpoint = "best";
  ModelOptions model_options;
  std::vector<std::string> images;
  DeviceOptions device;
};

/// A backbone and how pictures become its input.
struct Extractor {
  std::unique_ptr<Device> device;
  std::unique_ptr<Network> network;  ///< of a run; else null
  std::unique_ptr<Backbone> backbone;
  int height, width;
  Interpolation interpolation;
};

Extractor of_model(const FeaturesOptions& o) {
  const Architecture& architecture = find_architecture(o.model);
  const ImageSize size = parse_image_size(o.image_size);
  std::unique_ptr<Device> device = make_device(o.device, open_plan(o.device, print_note));
  auto backbone =
      std::make_unique<Backbone>(architecture, size, o.model_options, o.weights, *device);
  return {std::move(device),
          nullptr,
          std::move(backbone),
          size.height,
          size.width,
          o.interpolation == "nearest" ? Interpolation::nearest : Interpolation::bilinear};
}

Extractor of_run(const FeaturesOptions& o) {
  if (o.device.plan != "default")
    throw_input_error(
        "--plan {} is for a model; the run {} has a plan of its own: leave --plan away",
        o.device.plan, o.model);
  TrainedRun run = load_run(o.model, o.checkpoint, o.device);
  auto backbone = std::make_unique<Backbone>(*run.network);
  return {std::move(run.device),   std::move(run.network), std::move(backbone),
          run.config.image_height, run.config.image_width, run.config.interpolation};
}

void write_features(const FeaturesOptions& o, bool is_run) {
  for (const std::string& image : o.images) {
    std::error_code error;
    if (std::filesystem::equivalent(o.out, image, error))
      throw_input_error("{} is one of the images and would be overwritten; give another --out",
                        o.out);
  }
  const Extractor extractor = is_run ? of_run(o) : of_model(o);
  const Backbone& backbone = *extractor.backbone;
  std::vector<float> rows;
  ProgressBar bar("features", "img");
  for (std::size_t first = 0; first < o.images.size(); first += kBatch) {
    std::vector<Image> batch;
    for (std::size_t i = first; i < std::min(first + kBatch, o.images.size()); ++i)
      batch.push_back(resize(read_image(o.images[i]), extractor.height, extractor.width,
                             extractor.interpolation));
    const std::vector<float> features = backbone.run(batch);
    rows.insert(rows.end(), features.begin(), features.end());
    bar.update(static_cast<std::int64_t>(first + batch.size()),
               static_cast<std::int64_t>(o.images.size()));
  }
  bar.clear();
  const Shape shape{static_cast<std::int64_t>(o.images.size()), backbone.outputs()};
  write_npy(o.out, shape, rows);
  fmt::print("{}: float32 {}, one row an image\n", o.out, shape.str());
}

}  // namespace

void add_features_command(Command app) {
  const auto o = std::make_shared<FeaturesOptions>();
  const Command command =
      app.command("features", "Write a backbone's pooled features of images as a NumPy file");
  command.option("MODEL", o->model, "One of " + model_names() + ", or the folder of a run")
      .required()
      .without_default();
  command.option("--weights", o->weights,
                 "Keras .h5 file without top, or none; default: the fetched one");
  command.option("--out", o->out, "The .npy file to write").required();
  command.option("--image-size", o->image_size, "Pixels a side, or HEIGHTxWIDTH");
  command.option("--interpolation", o->interpolation, "How images are resized")
      .one_of({"nearest", "bilinear"});
  command.option("--alpha", o->model_options.alpha, "MobileNet's width multiplier");
  command.option("IMAGE", o->images, "JPEG, PNG or BMP files").required();
  add_run_options(command, o->checkpoint, o->device);
  add_plan_option(command, o->device);
  command.action([o, command] {
    const bool is_run =
        o->weights.empty() && is_there(std::filesystem::path(o->model) / "config.toml");
    for (const char* option : {"--image-size", "--interpolation", "--alpha"})
      if (is_run && command.given(option))
        throw_input_error("{} is that of the run; leave it away", option);
    if (!is_run && is_there(std::filesystem::path(o->model) / "config.toml"))
      throw_input_error("{} is a run, which has weights of its own; leave --weights away",
                        shown(o->model));
    if (!is_run && command.given("--checkpoint"))
      throw_input_error("--checkpoint is for the folder of a run; leave it or --weights away");
    if (!is_run && o->device.precision.empty()) o->device.precision = "float32";
    write_features(*o, is_run);
  });
}

}  // namespace nanopneumo
