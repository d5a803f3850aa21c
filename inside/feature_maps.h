// Which layers' outputs are worth a look.
#pragma once

#include <string>
#include <vector>

#include "inside/heat_map.h"
#include "models/graph.h"

namespace nanopneumo {

/// The node called `name`, whose output must be a map (H, W, C). Throws InputError where there is none.
int feature_map_called(const Graph& graph, const std::string& name);

/// The last feature map before pooling or the head, "the last convolutional layer" of Grad-CAM: after the
/// activation where there is one. ResNet50: conv5_block3_out.
int last_feature_map(const Graph& graph);

/// The last feature map of every size on the way from the picture to the head, largest first. Of ResNet50:
/// conv1_relu, conv2_block3_out and so on.
std::vector<int> last_feature_maps(const Graph& graph);

/// Where the cells of a node's map lie in the picture: the centres of what they see (Araujo et al. 2019,
/// "Computing receptive fields of convolutional neural networks"), followed along the first input of every
/// layer. A map under "valid" padding covers less than the picture; stretching it would misplace it.
Placement placement_of(const Graph& graph, int node);

}  // namespace nanopneumo
