// One step of training: forward, loss, backward, update.
#pragma once

#include "models/eager.h"
#include "tensor/arena.h"
#include "train/adam.h"

namespace nanopneumo {

/// A batch on the device.
template <class T>
struct LabelledBatch {
  Tensor<T> x;  ///< images (N, H, W, 3), or features (N, C) where the pass starts at the features
  Tensor<T> labels;   ///< (N,)
  Tensor<T> weights;  ///< (N,), or undefined for equal weights
};

template <class T>
struct StepResult {
  double loss;            ///< mean over the batch, before the update
  std::vector<T> logits;  ///< (N,), before the update
};

/// Gradients of the batch's loss in `parameters`, without updating them. `arena`: of plan_step for this segment and as
/// many images or more (step_memory.h); without one the tensors in between come from the device's allocator.
template <class T>
StepResult<T> compute_gradients(const Graph& graph, Parameters<T>& parameters,
                                const LabelledBatch<T>& batch, const Pass& pass,
                                Segment segment = {}, Arena* arena = nullptr);

/// The same. Throws NotFiniteError, before anything uses them, where the loss or a gradient is not a finite
/// number; it names the layer where that began, with what the values there are like (finite_check.h).
template <class T>
StepResult<T> compute_finite_gradients(const Graph& graph, Parameters<T>& parameters,
                                       const LabelledBatch<T>& batch, const Pass& pass,
                                       Segment segment = {}, Arena* arena = nullptr);

/// compute_finite_gradients, then one update.
template <class T>
StepResult<T> train_step(const Graph& graph, Parameters<T>& parameters, Adam<T>& optimizer,
                         const LabelledBatch<T>& batch, const Pass& pass, Segment segment = {},
                         Arena* arena = nullptr);

}  // namespace nanopneumo
