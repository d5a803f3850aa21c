// nanopneumo classify MODEL IMAGE...
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>

#include "io/resize.h"
#include "models/imagenet_classes.h"
#include "tools/backbone.h"
#include "tools/commands.h"
#include "tools/print_note.h"
#include "train/plan_file.h"

namespace nanopneumo {
namespace {

struct ClassifyOptions {
  std::string model = "mobilenet", weights, image_size;
  ModelOptions model_options{.include_top = true};
  std::vector<std::string> images;
  DeviceOptions device;
};

/// The central square of 0.875 of the shorter side, scaled to the network's size: how ImageNet
/// classifiers are usually tested.
Image central_crop(const Image& image, const ImageSize& size) {
  const int side = std::max(static_cast<int>(0.875 * std::min(image.height, image.width)), 1);
  return resize(crop(image, (image.height - side) / 2, (image.width - side) / 2, side, side),
                size.height, size.width, Interpolation::bilinear);
}

void classify(const ClassifyOptions& o) {
  const Architecture& architecture = find_architecture(o.model);
  const ImageSize size = o.image_size.empty()
                             ? ImageSize{architecture.imagenet_size, architecture.imagenet_size}
                             : parse_image_size(o.image_size);
  const std::unique_ptr<Device> device = make_device(o.device, open_plan(o.device, print_note));
  const Backbone backbone(architecture, size, o.model_options, o.weights, *device);
  for (const std::string& path : o.images) {
    const Image image = central_crop(read_image(path), size);
    const std::vector<float> probabilities = backbone.run({&image, 1});
    std::vector<std::size_t> order(probabilities.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::partial_sort(order, order.begin() + 5, [&](std::size_t a, std::size_t b) {
      return probabilities[a] > probabilities[b];
    });
    fmt::print("{}\n", path);
    for (std::size_t i = 0; i < 5; ++i)
      fmt::print("  {:6.2f} %  {:>3}  {}\n", 100.0 * static_cast<double>(probabilities[order[i]]),
                 order[i], imagenet_class(order[i]));
  }
}

}  // namespace

void add_classify_command(Command app) {
  const auto o = std::make_shared<ClassifyOptions>();
  const Command command =
      app.command("classify", "Name what is in photos with an ImageNet network");
  add_model_argument(command, o->model).required();
  command.option("--weights", o->weights, "Keras .h5 file with top; default: the fetched one");
  command.option("--image-size", o->image_size,
                 "Pixels a side, or HEIGHTxWIDTH; default: the size it was trained at");
  command.option("--alpha", o->model_options.alpha, "MobileNet's width multiplier");
  command.option("IMAGE", o->images, "JPEG, PNG or BMP files").required();
  add_device_options(command, o->device);
  add_plan_option(command, o->device);
  command.action([o] { classify(*o); });
}

}  // namespace nanopneumo
