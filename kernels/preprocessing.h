// How pixel values 0..255 become network input: one affine map per channel.
#pragma once

#include <array>

namespace nanopneumo {

/// out[c] = ((in[reverse_channels ? 2-c : c] * scale) - mean[c]) / deviation[c], where `scale` is
/// applied as a division by `divisor`, as Keras does it (x / 127.5 - 1 differs from x * (1/127.5) -
/// 1 in the last bit). Source: keras.applications.imagenet_utils.preprocess_input.
struct Preprocessing {
  double divisor = 1;
  std::array<double, 3> mean{0, 0, 0};
  std::array<double, 3> deviation{1, 1, 1};
  bool reverse_channels = false;
  /// Of the output: 3; or 1, the first of them; or 2, the first and a 1 beside it, which tells a pixel from the zeros
  /// around an image. One or two are all that a network needs to see of a gray image (models/gray_input.h).
  int channels = 3;
};

/// x / 255: the scratch CNN.
inline constexpr Preprocessing kUnitPreprocessing{.divisor = 255};
/// "tf" mode, x / 127.5 - 1: MobileNet, InceptionV3, Xception.
inline constexpr Preprocessing kTfPreprocessing{.divisor = 127.5, .mean = {1, 1, 1}};

/// "torch" mode, ImageNet's mean and deviation of x / 255: DenseNet.
inline constexpr Preprocessing kTorchPreprocessing{
    .divisor = 255, .mean = {0.485, 0.456, 0.406}, .deviation = {0.229, 0.224, 0.225}};
/// "caffe" mode, BGR less ImageNet's mean, not scaled: ResNet, VGG.
inline constexpr Preprocessing kCaffePreprocessing{.mean = {103.939, 116.779, 123.68},
                                                   .reverse_channels = true};
/// Levels as they are: EfficientNet, which has its preprocessing in its first layers.
inline constexpr Preprocessing kNoPreprocessing{};

}  // namespace nanopneumo
