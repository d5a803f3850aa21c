#include "models/imagenet_top.h"

#include "layers/dense_softmax.h"
#include "layers/dropout.h"
#include "layers/global_average_pooling2d.h"
#include "models/imagenet_classes.h"

namespace nanopneumo {

Graph::Value imagenet_top(Graph& graph, Graph::Value map, double dropout) {
  graph.begin_block("top");
  Graph::Value x = graph.add("avg_pool", GlobalAveragePooling2D(), map);
  if (dropout > 0) x = graph.add("top_dropout", Dropout(dropout), x);
  return graph.add("predictions", DenseSoftmax(kImagenetClasses), x);
}

}  // namespace nanopneumo
