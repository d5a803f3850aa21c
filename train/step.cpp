#include "train/step.h"

#include <cmath>

#include "layers/binary_cross_entropy.h"
#include "models/fused_forward.h"
#include "tensor/trace.h"
#include "train/finite_check.h"

namespace nanopneumo {

template <class T>
StepResult<T> compute_gradients(const Graph& graph, Parameters<T>& parameters,
                                const LabelledBatch<T>& batch, const Pass& pass, Segment segment,
                                Arena* arena) {
  const ArenaScope planned(batch.x.device(), arena);
  TraceSpan span(batch.x.device(), "forward");
  Tape<T> tape(batch.x.device());
  parameters.reset_gradients();
  Variable<T> logits = fused_forward(graph, parameters, tape, Variable<T>{batch.x}, pass, segment);
  const Variable<T> loss = binary_cross_entropy(tape, logits, batch.labels, batch.weights);
  StepResult<T> result{static_cast<double>(loss.value.to_host()[0]), logits.value.to_host()};
  logits = {};
  span.next("backward");
  tape.backward(loss);
  parameters.finish_gradients();
  return result;
}

template <class T>
StepResult<T> compute_finite_gradients(const Graph& graph, Parameters<T>& parameters,
                                       const LabelledBatch<T>& batch, const Pass& pass,
                                       Segment segment, Arena* arena) {
  const StepResult<T> result = compute_gradients(graph, parameters, batch, pass, segment, arena);
  if (!std::isfinite(result.loss) || !gradients_are_finite(parameters))
    throw NotFiniteError(fmt::format(
        "training has diverged in step {}, whose loss is {}: {}; lower --learning-rate or, where "
        "the backbone is trained, --fine-tune-learning-rate, or clip the gradients (--clip-norm)",
        pass.step + 1, result.loss, where_not_finite(graph, parameters, batch, pass, segment)));
  return result;
}

template <class T>
StepResult<T> train_step(const Graph& graph, Parameters<T>& parameters, Adam<T>& optimizer,
                         const LabelledBatch<T>& batch, const Pass& pass, Segment segment,
                         Arena* arena) {
  const StepResult<T> result =
      compute_finite_gradients(graph, parameters, batch, pass, segment, arena);
  optimizer.step(parameters);
  return result;
}

#define NANOPNEUMO_INSTANTIATE(T)                                                                 \
  template StepResult<T> compute_gradients(const Graph&, Parameters<T>&, const LabelledBatch<T>&, \
                                           const Pass&, Segment, Arena*);                         \
  template StepResult<T> compute_finite_gradients(                                                \
      const Graph&, Parameters<T>&, const LabelledBatch<T>&, const Pass&, Segment, Arena*);       \
  template StepResult<T> train_step(const Graph&, Parameters<T>&, Adam<T>&,                       \
                                    const LabelledBatch<T>&, const Pass&, Segment, Arena*);
NANOPNEUMO_INSTANTIATE(float)
NANOPNEUMO_INSTANTIATE(double)
#undef NANOPNEUMO_INSTANTIATE

}  // namespace nanopneumo
