// nanopneumo features MODEL --out F.npy IMAGE...
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "io/npy.h"
#include "io/resize.h"
#include "tools/backbone.h"
#include "tools/commands.h"
#include "tools/progress_bar.h"

namespace nanopneumo {
namespace {

constexpr std::size_t kBatch = 32;

struct FeaturesOptions {
  std::string model = "mobilenet", weights, image_size = "250", out;
  std::string interpolation = "nearest";
  ModelOptions model_options;
  std::vector<std::string> images;
  DeviceOptions device;
};

void write_features(const FeaturesOptions& o) {
  const ImageSize size = parse_image_size(o.image_size);
  for (const std::string& image : o.images) {
    std::error_code error;
    if (std::filesystem::equivalent(o.out, image, error))
      throw_input_error("{} is one of the images and would be overwritten; give another --out",
                        o.out);
  }
  const Architecture& architecture = find_architecture(o.model);
  const std::unique_ptr<Device> device = make_device(o.device);
  const Backbone backbone(architecture, size, o.model_options, o.weights, *device);
  const Interpolation interpolation =
      o.interpolation == "nearest" ? Interpolation::nearest : Interpolation::bilinear;
  std::vector<float> rows;
  ProgressBar bar("features", "img");
  for (std::size_t first = 0; first < o.images.size(); first += kBatch) {
    std::vector<Image> batch;
    for (std::size_t i = first; i < std::min(first + kBatch, o.images.size()); ++i)
      batch.push_back(resize(read_image(o.images[i]), size.height, size.width, interpolation));
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
  add_model_argument(command, o->model).required();
  command.option("--weights", o->weights,
                 "Keras .h5 file without top, or none; default: the fetched one");
  command.option("--out", o->out, "The .npy file to write").required();
  command.option("--image-size", o->image_size, "Pixels a side, or HEIGHTxWIDTH");
  command.option("--interpolation", o->interpolation, "How images are resized")
      .one_of({"nearest", "bilinear"});
  command.option("--alpha", o->model_options.alpha, "MobileNet's width multiplier");
  command.option("IMAGE", o->images, "JPEG, PNG or BMP files").required();
  add_device_options(command, o->device);
  command.action([o] { write_features(*o); });
}

}  // namespace nanopneumo
