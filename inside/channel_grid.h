// The channels of a feature map side by side.
#pragma once

#include "io/image.h"
#include "tensor/tensor.h"

namespace nanopneumo {

/// Up to `most` channels of a map (1, P, Q, K), evenly spread over all K, as gray tiles in rows, each from
/// black, its smallest value, to white, its largest. Gray, with light lines between the tiles. A channel
/// that is the same everywhere is black.
Image channel_grid(const Tensor<float>& map, int most);

}  // namespace nanopneumo
