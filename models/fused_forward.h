// Runs a graph as forward() does, for training: layers that one operation can do together run as one.
#pragma once

#include "models/eager.h"

namespace nanopneumo {

/// The same as forward(), up to rounding, with fewer passes through memory and fewer values kept for the
/// gradients: a batch normalisation in inference mode is folded into the convolution before it
/// (layers/folded_batch_norm.h), which then also pads, adds a residual and activates; one in training does the max pooling
/// after it in passing (layers/batch_norm_max_pool.h). The observer sees what the operations write, each as the output
/// of the last layer that it stands for.
template <class T>
Variable<T> fused_forward(const Graph& graph, const Parameters<T>& parameters, Tape<T>& tape,
                          const Variable<T>& x, const Pass& pass, Segment segment = {},
                          const Observer<T>& observer = {});

}  // namespace nanopneumo
