#include "tools/keras_code.h"

#include <fmt/format.h>

namespace nanopneumo {
namespace {

/// EfficientNet with ImageNet weights has a layer without weights more, which Keras adds only there.
std::string_view keras_weights(const Architecture& architecture, const Config& config) {
  const bool pretrained = config.model_options().pretrained;
  return architecture.name == "efficientnetb4" && pretrained ? "\"imagenet\"" : "None";
}

std::string backbone_code(const Architecture& architecture, const Config& config) {
  const std::string alpha = architecture.takes_alpha ? fmt::format("alpha={}, ", config.alpha) : "";
  return fmt::format(
      "base = keras.applications.{}(\n"
      "    include_top=False, weights={}, {}input_shape=({}, {}, 3))\n"
      "x = layers.GlobalAveragePooling2D()(base.output)\n"
      "x = layers.BatchNormalization()(x)\n"
      "x = layers.Dense(256, activation=\"relu\")(x)\n"
      "x = layers.Dropout({})(x)\n"
      "model = keras.Model(base.input, layers.Dense(1, activation=\"sigmoid\")(x))\n",
      architecture.title, keras_weights(architecture, config), alpha, config.image_height,
      config.image_width, config.dropout);
}

std::string cnn_code(const Config& config) {
  return fmt::format(
      "model = keras.Sequential([keras.Input(({}, {}, 3))])\n"
      "for filters in (32, 64, 128, 128):\n"
      "    model.add(layers.Conv2D(filters, 3, activation=\"relu\"))\n"
      "    model.add(layers.BatchNormalization())\n"
      "    model.add(layers.MaxPooling2D(2))\n"
      "model.add(layers.Flatten())\n"
      "model.add(layers.Dense(128, activation=\"relu\"))\n"
      "model.add(layers.Dropout({}))\n"
      "model.add(layers.Dense(1, activation=\"sigmoid\"))\n",
      config.image_height, config.image_width, config.dropout);
}

/// `text` as a Python string.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

}  // namespace

std::string keras_code(const Architecture& architecture, const Config& config,
                       const std::string& file) {
  const std::string preprocess =
      architecture.is_backbone
          ? fmt::format("keras.applications.{}.preprocess_input", architecture.keras_module)
          : "lambda levels: levels / 255";
  return fmt::format(
      "import keras\nfrom keras import layers\n"
      "{}model.load_weights({})\n"
      "preprocess = {}  # of RGB levels 0 .. 255 at {}x{}, resized {}\n",
      architecture.is_backbone ? backbone_code(architecture, config) : cnn_code(config),
      quoted(file), preprocess, config.image_height, config.image_width,
      config.interpolation == Interpolation::nearest ? "by nearest neighbour" : "bilinearly");
}

}  // namespace nanopneumo
