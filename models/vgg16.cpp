#include "models/vgg16.h"

#include "layers/conv2d.h"
#include "layers/dense.h"
#include "layers/dense_softmax.h"
#include "layers/pooling2d.h"
#include "layers/reshape.h"
#include "models/imagenet_classes.h"

namespace nanopneumo {
namespace {

/// Convolutions of equal width between two poolings.
struct Block {
  int convolutions;
  int filters;
};

constexpr Block kBlocks[] = {{2, 64}, {2, 128}, {3, 256}, {3, 512}, {3, 512}};

Graph::Value classifier(Graph& g, Graph::Value x) {
  g.begin_block("top");
  x = g.add("flatten", Flatten(), x);
  x = g.add("fc1", Dense({.units = 4096, .activation = Activation::relu}), x);
  x = g.add("fc2", Dense({.units = 4096, .activation = Activation::relu}), x);
  return g.add("predictions", DenseSoftmax(kImagenetClasses), x);
}

}  // namespace

Graph vgg16(const Shape& image, bool include_top) {
  Graph g("vgg16");
  Graph::Value x = g.input(image);  // 250 x 250 x 3
  int number = 0;
  for (const Block& block : kBlocks) {
    const std::string name = "block" + std::to_string(++number);
    g.begin_block(name);
    for (int i = 1; i <= block.convolutions; ++i)
      x = g.add(name + "_conv" + std::to_string(i),
                Conv2D({.filters = block.filters,
                        .kernel_size = 3,
                        .padding = PaddingMode::same,
                        .activation = Activation::relu}),
                x);
    x = g.add(name + "_pool", MaxPooling2D(2), x);  // ... 7 x 7 x 512
  }
  if (include_top) classifier(g, x);
  return g;
}

}  // namespace nanopneumo
