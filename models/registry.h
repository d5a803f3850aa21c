// The models the program knows by name.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "kernels/preprocessing.h"
#include "models/graph.h"

namespace nanopneumo {

/// What a model can be asked for besides its input size.
struct ModelOptions {
  double alpha = 1.0;         ///< MobileNet's width multiplier
  bool include_top = false;   ///< backbones: with the ImageNet classifier
  double dropout = 0.4;       ///< of the head, or of the scratch CNN
  double drop_connect = 0.2;  ///< EfficientNet's, while it trains (efficientnetb4.h)
  /// Made for ImageNet weights; EfficientNet has a rescaling more then (efficientnetb4.h).
  bool pretrained = true;
};

/// A weight file as Keras publishes it.
struct WeightFile {
  std::string_view name;    ///< "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5"
  std::string_view folder;  ///< its address is folder + name
  std::string_view md5;     ///< empty where Keras knows none

  std::string url() const { return std::string(folder) + std::string(name); }
};

/// A model as a user names it.
struct Architecture {
  std::string_view name;                      ///< "resnet50"
  std::string_view title;                     ///< "ResNet50"
  std::string_view source;                    ///< the paper and its table
  std::span<const std::string_view> aliases;  ///< other names that are understood
  int minimum_size;                           ///< smallest height and width
  Preprocessing preprocessing;
  bool is_backbone;  ///< pretrained on ImageNet, used under a transfer head; else trained from
                     ///< scratch
  bool takes_alpha;
  std::string_view keras_module;  ///< "resnet50", in keras.applications; empty for the scratch CNN
  int imagenet_size;              ///< input size of the ImageNet classifier; 0 where there is none
  WeightFile weights, weights_with_top;  ///< nameless where is_backbone is false
  const WeightFile& weights_file(bool top) const { return top ? weights_with_top : weights; }
  Graph (*build)(const Shape& image, const ModelOptions& options);
};

std::span<const Architecture> architectures();

/// By name or alias, in capital or small letters. Throws InputError, listing the names, for an unknown
/// one.
const Architecture& find_architecture(std::string_view name);

/// The architecture at `image` (H, W, 3). Throws InputError where it is smaller than the minimum or
/// the options do not apply to this model.
Graph build_model(const Architecture& architecture, const Shape& image,
                  const ModelOptions& options);

/// A network with one logit, ready to be trained.
struct Classifier {
  Graph graph;
  /// Node whose output is the frozen backbone's pooled features; 0, the input, where nothing is
  /// frozen.
  int features_node;
};

/// A backbone, frozen, with global average pooling and the transfer head on top; or the scratch
/// CNN.
Classifier build_classifier(const Architecture& architecture, const Shape& image,
                            const ModelOptions& options);

}  // namespace nanopneumo
