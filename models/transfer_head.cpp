#include "models/transfer_head.h"

#include "layers/batch_normalization.h"
#include "layers/dense.h"
#include "layers/dropout.h"

namespace nanopneumo {

Graph::Value transfer_head(Graph& graph, Graph::Value features, double dropout) {
  graph.begin_block("head");
  Graph::Value x = graph.add(BatchNormalization(), features);
  x = graph.add(Dense({.units = 256, .activation = Activation::relu}), x);
  x = graph.add(Dropout(dropout), x);
  return graph.add(Dense({.units = 1}), x);
}

}  // namespace nanopneumo
