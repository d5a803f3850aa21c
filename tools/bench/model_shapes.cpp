#include "tools/bench/model_shapes.h"

#include <algorithm>

#include "layers/global_average_pooling2d.h"
#include "models/transfer_head.h"
#include "tools/bench/operations.h"
#include "train/network.h"
#include "train/step.h"

namespace nanopneumo::bench {
namespace {

Shape image_shape(const Architecture& architecture, const InputSize& size) {
  const std::int64_t side = std::max(size.pixels, architecture.minimum_size);
  return {side, side, 3};
}

Graph trainable_graph(const Architecture& architecture, const Shape& image) {
  Graph graph = build_model(architecture, image, {});
  if (!architecture.is_backbone) return graph;
  const Graph::Value map{static_cast<int>(graph.nodes().size()) - 1};
  transfer_head(graph, graph.add(GlobalAveragePooling2D(), map), ModelOptions().dropout);
  return graph;
}

Tensor<float> image_batch(RecordingDevice& device, const Shape& image, int batch) {
  return {device, {batch, image[0], image[1], image[2]}};
}

ImageDims gray_images(const Shape& image, int batch) {
  return {batch, to_int(image[0]), to_int(image[1]), 1};  // as chest X-rays are stored
}

/// What networks that are not built yet will add, one shape for each operation they bring.
std::vector<UsedShape> future_shapes(const InputSize& size) {
  const int N = size.batch, half = (size.pixels + 1) / 2, quarter = (size.pixels + 3) / 4;
  const std::int64_t stem = std::int64_t{N} * half * half;
  const std::int64_t stage = std::int64_t{N} * quarter * quarter;
  const ChannelwiseDims transition{
      .N = N, .H = quarter, .W = quarter, .C = 128, .window = {2, 2, 2, 2, {}}};
  const SliceDims growth{.rows = stage, .C = 32, .C_whole = 256, .offset = 224};
  const ImageDims gated{N, quarter, quarter, 192};
  return {
      {"write_slice", words(growth), "densenet121"},
      {"read_slice", words(growth), "densenet121"},
      {"channel_scale_forward", words(gated), "efficientnetb4"},
      {"channel_scale_gradient", words(gated), "efficientnetb4"},
      {"relu_forward", element_words(stem * 64), "resnet50"},
      {"relu_gradient", element_words(stem * 64), "resnet50"},
      {"add", element_words(stage * 256), "resnet50"},
      {"batch_norm_inference",
       with_fusion(words(RowsDims{stage, 64}), {.activation = Activation::relu}), "densenet121"},
      {"batch_norm_inference_gradient", words(RowsDims{stem, 64}), "resnet50"},
      {"average_pool_forward", words(transition), "densenet121"},
      {"average_pool_gradient", words(transition), "densenet121"},
      {"sigmoid_forward", element_words(std::int64_t{N} * 960), "efficientnetb4"},
      {"sigmoid_gradient", element_words(std::int64_t{N} * 960), "efficientnetb4"},
      {"softmax_forward", words(RowsDims{N, 1000}), "all, with --top"},
      {"softmax_gradient", words(RowsDims{N, 1000}), "all, with --top"},
      {"fill", element_words(stem * 32), "gradients of slices"},
  };
}

class ShapeList {
 public:
  void add(const std::string& op, const ShapeWords& shape, std::string_view model) {
    const std::string text = shape.str();
    for (UsedShape& known : shapes_)
      if (known.op == op && known.shape.str() == text) {
        if (known.used_by.find(model) == std::string::npos)
          known.used_by += ", " + std::string(model);
        return;
      }
    shapes_.push_back({op, shape, std::string(model)});
  }
  /// In the order of operations().
  std::vector<UsedShape> sorted() const {
    std::vector<UsedShape> result;
    for (const Operation& operation : operations())
      std::ranges::copy_if(shapes_, std::back_inserter(result),
                           [&](const UsedShape& s) { return s.op == operation.name; });
    return result;
  }

 private:
  std::vector<UsedShape> shapes_;
};

}  // namespace

std::vector<RecordedCall> training_calls(const Architecture& architecture, const InputSize& size) {
  RecordingDevice device;
  const Shape image = image_shape(architecture, size);
  const Graph graph = trainable_graph(architecture, image);
  Parameters<float> parameters(graph, device, /*seed=*/1);
  Adam<float> optimizer(parameters);
  const LabelledBatch<float> batch{image_batch(device, image, size.batch),
                                   Tensor<float>(device, {size.batch}),
                                   Tensor<float>(device, {size.batch})};
  const std::size_t before = device.stream().calls().size();  // filling parameters is no step
  device.stream().note("augment_image", words(gray_images(image, size.batch)));
  train_step(graph, parameters, optimizer, batch, {.training = true, .seed = 1, .step = 0});
  const auto& calls = device.stream().calls();
  return {calls.begin() + static_cast<std::ptrdiff_t>(before), calls.end()};
}

std::vector<RecordedCall> inference_calls(const Architecture& architecture, const InputSize& size) {
  RecordingDevice device;
  const Shape image = image_shape(architecture, size);
  const Network network(architecture, image, {}, device, /*seed=*/1);
  const std::size_t before = device.stream().calls().size();
  device.stream().note("normalize_image", words(gray_images(image, size.batch)));
  network.logits(image_batch(device, image, size.batch));
  const auto& calls = device.stream().calls();
  return {calls.begin() + static_cast<std::ptrdiff_t>(before), calls.end()};
}

std::vector<UsedShape> used_shapes(const InputSize& size) {
  ShapeList list;
  for (const Architecture& architecture : architectures()) {
    for (const RecordedCall& call : training_calls(architecture, size))
      list.add(call.op, call.shape, architecture.name);
    for (const RecordedCall& call : inference_calls(architecture, size))
      list.add(call.op, call.shape, architecture.name);
  }
  for (const UsedShape& future : future_shapes(size))
    list.add(future.op, future.shape, future.used_by);
  return list.sorted();
}

}  // namespace nanopneumo::bench
