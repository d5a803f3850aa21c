// nanopneumo inspect FILE.h5
#include <fmt/format.h>

#include <memory>

#include "io/keras_inspect.h"
#include "models/cnn.h"
#include "tools/commands.h"
#include "tools/options.h"
#include "train/pretrained.h"

namespace nanopneumo {
namespace {

/// The widths that Keras publishes weights for.
constexpr double kAlphas[] = {1, 0.75, 0.5, 0.25};

constexpr int kLargestCnnMap = 32;  ///< side of the scratch CNN's last map: images of 557 pixels

/// A backbone, for files with and without its top, and the classifier that train makes of it.
void add_backbone(std::vector<ExpectedModel>& models, const Architecture& architecture,
                  const ModelOptions& options) {
  const int size = architecture.imagenet_size;
  const std::string name = options.alpha == 1
                               ? std::string(architecture.title)
                               : fmt::format("{} (alpha {})", architecture.title, options.alpha);
  models.push_back({name, expected_layers(build_model(architecture, {size, size, 3}, options)),
                    top_layers(architecture, options)});
  models.push_back(
      {name + " with the head of train",
       expected_layers(build_classifier(architecture, {size, size, 3}, options).graph)});
}

/// The scratch CNN has a weight whose shape depends on the size of the images, in steps of 16.
void add_cnn(std::vector<ExpectedModel>& models, const Architecture& architecture) {
  for (int map = 1; map <= kLargestCnnMap; ++map) {
    const int size = kCnnMinimumSize + 16 * (map - 1);
    models.push_back({fmt::format("{} for images of {} to {} pixels a side", architecture.title,
                                  size, size + 15),
                      expected_layers(build_model(architecture, {size, size, 3}, {}))});
  }
}

std::vector<ExpectedModel> known_models() {
  std::vector<ExpectedModel> models;
  for (const Architecture& architecture : architectures()) {
    if (!architecture.is_backbone) {
      add_cnn(models, architecture);
      continue;
    }
    for (const double alpha : kAlphas)
      if (alpha == 1 || architecture.takes_alpha)
        add_backbone(models, architecture, {.alpha = alpha});
  }
  return models;
}

}  // namespace

void add_inspect_command(Command app) {
  const auto file = std::make_shared<std::string>();
  const Command command =
      app.command("inspect", "List what a Keras weight file holds and which model it fits");
  command.option("FILE", *file, "A .h5 file").required();
  command.action([file] { fmt::print("{}", describe_keras_file(*file, known_models())); });
}

}  // namespace nanopneumo
