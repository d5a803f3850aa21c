// Fine-tuning: which layers of a pretrained backbone are trained together with the head.
#pragma once

#include <string>
#include <vector>

#include "models/graph.h"

namespace nanopneumo {

/// The first node that `layers` unfreezes of the backbone, the nodes up to `features`: "all"; "10", the
/// ten last layers that have weights, in Keras' order; or the name of a layer, which is unfrozen with all
/// that come after it. Throws InputError where the backbone has no such layer, or not as many.
int first_fine_tuned(const Graph& graph, int features, const std::string& layers);

/// What an unfrozen batch normalisation learns; its statistics stay as they are either way.
enum class FineTunedBatchNorm {
  gamma_and_beta,  ///< Keras: base_model(x, training=False)
  nothing          ///< Keras: layer.trainable = False for it as well
};

/// Unfreezes the nodes first .. features. They stay in inference mode: no batch statistics, dropout or
/// drop-connect (but see drop_branches).
void fine_tune(Graph& graph, int first, int features, FineTunedBatchNorm batch_norm);

/// Lets training drop the residual branches among the nodes first .. features after all: the layers that do
/// so, EfficientNet's drop-connect, leave inference mode. Returns how many there are.
int drop_branches(Graph& graph, int first, int features);

/// The last node before number `node` whose output is all that later nodes read of what lies up to it.
/// There a graph can be cut in two.
int last_cut_before(const Graph& graph, int node);

/// Of each node how many times the height of the map has been halved on the way to it. An ImageNet
/// network has the stages 0 (the picture) to 5.
std::vector<int> stages(const Graph& graph);

}  // namespace nanopneumo
