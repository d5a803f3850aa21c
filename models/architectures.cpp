// The table of the models. Weight files as Keras publishes them: keras/src/applications/<model>.py.
#include "models/cnn.h"
#include "models/densenet121.h"
#include "models/efficientnetb4.h"
#include "models/inceptionv3.h"
#include "models/mobilenet.h"
#include "models/registry.h"
#include "models/resnet50.h"
#include "models/vgg16.h"
#include "models/xception.h"

namespace nanopneumo {
namespace {

constexpr std::string_view kDenseNetAliases[] = {"densenet-121", "densenet_121"};
constexpr std::string_view kEfficientNetAliases[] = {"efficientnet-b4", "efficientnet_b4"};
constexpr std::string_view kInceptionAliases[] = {"inception-v3", "inception_v3"};
constexpr std::string_view kResNetAliases[] = {"resnet-50", "resnet_50"};
constexpr std::string_view kVggAliases[] = {"vgg-16", "vgg_16"};

/// The build function of a backbone that has no options but its top.
template <Graph (*kBuild)(const Shape& image, bool include_top)>
Graph build(const Shape& image, const ModelOptions& options) {
  return kBuild(image, options.include_top);
}

const Architecture kArchitectures[] = {
    {.name = "cnn",
     .title = "CNN from scratch",
     .source = "A small network without pretraining",
     .aliases = {},
     .minimum_size = kCnnMinimumSize,
     .preprocessing = kUnitPreprocessing,
     .is_backbone = false,
     .takes_alpha = false,
     .keras_module = "",
     .imagenet_size = 0,
     .weights = {},
     .weights_with_top = {},
     .build = [](const Shape& image,
                 const ModelOptions& options) { return cnn(image, options.dropout); }},
    {.name = "densenet121",
     .title = "DenseNet121",
     .source = "Huang et al. 2017, Densely Connected Convolutional Networks, table 1",
     .aliases = kDenseNetAliases,
     .minimum_size = 32,
     .preprocessing = kTorchPreprocessing,
     .is_backbone = true,
     .takes_alpha = false,
     .keras_module = "densenet",
     .imagenet_size = 224,
     .weights = {.name = "densenet121_weights_tf_dim_ordering_tf_kernels_notop.h5",
                 .folder = "https://storage.googleapis.com/tensorflow/keras-applications/densenet/",
                 .md5 = "30ee3e1110167f948a6b9946edeeb738"},
     .weights_with_top =
         {.name = "densenet121_weights_tf_dim_ordering_tf_kernels.h5",
          .folder = "https://storage.googleapis.com/tensorflow/keras-applications/densenet/",
          .md5 = "9d60b8095a5708f2dcce2bca79d332c7"},
     .build = build<densenet121>},
    {.name = "efficientnetb4",
     .title = "EfficientNetB4",
     .source = "Tan and Le 2019, EfficientNet: Rethinking Model Scaling for Convolutional Neural "
               "Networks, table 1 scaled to width 1.4 and depth 1.8",
     .aliases = kEfficientNetAliases,
     .minimum_size = 32,
     .preprocessing = kNoPreprocessing,
     .is_backbone = true,
     .takes_alpha = false,
     .keras_module = "efficientnet",
     .imagenet_size = 380,
     .weights = {.name = "efficientnetb4_notop.h5",
                 .folder = "https://storage.googleapis.com/keras-applications/",
                 .md5 = "ebc24e6d6c33eaebbd558eafbeedf1ba"},
     .weights_with_top = {.name = "efficientnetb4.h5",
                          .folder = "https://storage.googleapis.com/keras-applications/",
                          .md5 = "18c95ad55216b8f92d7e70b3a046e2fc"},
     .build =
         [](const Shape& image, const ModelOptions& options) {
           return efficientnetb4(image, {.include_top = options.include_top,
                                         .imagenet_rescaling = options.pretrained,
                                         .drop_connect_rate = options.drop_connect});
         }},
    {.name = "inceptionv3",
     .title = "InceptionV3",
     .source =
         "Szegedy et al. 2016, Rethinking the Inception Architecture for Computer Vision, table 1",
     .aliases = kInceptionAliases,
     .minimum_size = kInceptionV3MinimumSize,
     .preprocessing = kTfPreprocessing,
     .is_backbone = true,
     .takes_alpha = false,
     .keras_module = "inception_v3",
     .imagenet_size = 299,
     .weights = {.name = "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5",
                 .folder =
                     "https://storage.googleapis.com/tensorflow/keras-applications/inception_v3/",
                 .md5 = "bcbd6486424b2319ff4ef7d526e38f63"},
     .weights_with_top =
         {.name = "inception_v3_weights_tf_dim_ordering_tf_kernels.h5",
          .folder = "https://storage.googleapis.com/tensorflow/keras-applications/inception_v3/",
          .md5 = "9a0d58056eeedaa3f26cb7ebd46da564"},
     .build = build<inceptionv3>},
    {.name = "mobilenet",
     .title = "MobileNet",
     .source = "Howard et al. 2017, MobileNets: Efficient Convolutional Neural Networks for Mobile "
               "Vision Applications, table 1",
     .aliases = {},
     .minimum_size = 32,
     .preprocessing = kTfPreprocessing,
     .is_backbone = true,
     .takes_alpha = true,
     .keras_module = "mobilenet",
     .imagenet_size = 224,
     .weights = {.name = "mobilenet_1_0_224_tf_no_top.h5",
                 .folder =
                     "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet/",
                 .md5 = ""},
     .weights_with_top =
         {.name = "mobilenet_1_0_224_tf.h5",
          .folder = "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet/",
          .md5 = ""},
     .build =
         [](const Shape& image, const ModelOptions& options) {
           return mobilenet(image, {.alpha = options.alpha, .include_top = options.include_top});
         }},
    {.name = "resnet50",
     .title = "ResNet50",
     .source = "He et al. 2016, Deep Residual Learning for Image Recognition, table 1",
     .aliases = kResNetAliases,
     .minimum_size = 32,
     .preprocessing = kCaffePreprocessing,
     .is_backbone = true,
     .takes_alpha = false,
     .keras_module = "resnet50",
     .imagenet_size = 224,
     .weights = {.name = "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
                 .folder = "https://storage.googleapis.com/tensorflow/keras-applications/resnet/",
                 .md5 = "4d473c1dd8becc155b73f8504c6f6626"},
     .weights_with_top =
         {.name = "resnet50_weights_tf_dim_ordering_tf_kernels.h5",
          .folder = "https://storage.googleapis.com/tensorflow/keras-applications/resnet/",
          .md5 = "2cb95161c43110f7111970584f804107"},
     .build = build<resnet50>},
    {.name = "vgg16",
     .title = "VGG16",
     .source = "Simonyan and Zisserman 2015, Very Deep Convolutional Networks for Large-Scale "
               "Image Recognition, table 1, configuration D",
     .aliases = kVggAliases,
     .minimum_size = 32,
     .preprocessing = kCaffePreprocessing,
     .is_backbone = true,
     .takes_alpha = false,
     .keras_module = "vgg16",
     .imagenet_size = 224,
     .weights = {.name = "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5",
                 .folder = "https://storage.googleapis.com/tensorflow/keras-applications/vgg16/",
                 .md5 = "6d6bbae143d832006294945121d1f1fc"},
     .weights_with_top = {.name = "vgg16_weights_tf_dim_ordering_tf_kernels.h5",
                          .folder =
                              "https://storage.googleapis.com/tensorflow/keras-applications/vgg16/",
                          .md5 = "64373286793e3c8b2b4e3219cbf3544b"},
     .build = build<vgg16>},
    {.name = "xception",
     .title = "Xception",
     .source =
         "Chollet 2017, Xception: Deep Learning with Depthwise Separable Convolutions, figure 5",
     .aliases = {},
     .minimum_size = kXceptionMinimumSize,
     .preprocessing = kTfPreprocessing,
     .is_backbone = true,
     .takes_alpha = false,
     .keras_module = "xception",
     .imagenet_size = 299,
     .weights = {.name = "xception_weights_tf_dim_ordering_tf_kernels_notop.h5",
                 .folder = "https://storage.googleapis.com/tensorflow/keras-applications/xception/",
                 .md5 = "b0042744bf5b25fce3cb969f33bebb97"},
     .weights_with_top =
         {.name = "xception_weights_tf_dim_ordering_tf_kernels.h5",
          .folder = "https://storage.googleapis.com/tensorflow/keras-applications/xception/",
          .md5 = "0a58e3b7378bc2990ea3b43d5981f1f6"},
     .build = build<xception>},
};

}  // namespace

std::span<const Architecture> architectures() { return kArchitectures; }

}  // namespace nanopneumo
