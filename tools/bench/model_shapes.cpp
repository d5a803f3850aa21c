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

/// One shape for each operation that the passes below do not call.
std::vector<UsedShape> further_shapes(const InputSize& size) {
  const int N = size.batch, half = (size.pixels + 1) / 2;
  const RowsDims stem{std::int64_t{N} * half * half, 64}, classes{N, 1000};
  constexpr std::int64_t kHead = 2 * 1024 + 1025 * 256 + 257;  // parameters, on 1024 features
  return {
      {"clip", element_words(kHead), "mobilenet, --clip-value"},
      {"batch_norm_inference_gradient", words(stem), "resnet50, fine-tuned"},
      {"sigmoid_forward", element_words(N), "probabilities"},
      {"softmax_forward", words(classes), "all, with --top"},
      {"softmax_gradient", words(classes), "all, with --top"},
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
  for (const UsedShape& further : further_shapes(size))
    list.add(further.op, further.shape, further.used_by);
  return list.sorted();
}

}  // namespace nanopneumo::bench
