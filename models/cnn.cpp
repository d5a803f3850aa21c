#include "models/cnn.h"

#include "layers/batch_normalization.h"
#include "layers/conv2d.h"
#include "layers/dense.h"
#include "layers/dropout.h"
#include "layers/pooling2d.h"
#include "layers/reshape.h"

namespace nanopneumo {

Graph cnn(const Shape& image, double dropout) {
  Graph g("cnn");
  Graph::Value x = g.input(image);  // 250 x 250 x 3
  int number = 0;
  for (const int filters : {32, 64, 128, 128}) {
    g.begin_block("block" + std::to_string(++number));
    x = g.add(Conv2D({.filters = filters, .kernel_size = 3, .activation = Activation::relu}), x);
    x = g.add(BatchNormalization(), x);
    x = g.add(MaxPooling2D(2), x);  // ... 13 x 13 x 128
  }
  g.begin_block("top");
  x = g.add(Flatten(), x);  // 21632
  x = g.add(Dense({.units = 128, .activation = Activation::relu}), x);
  x = g.add(Dropout(dropout), x);
  g.add(Dense({.units = 1}), x);
  return g;
}

}  // namespace nanopneumo
