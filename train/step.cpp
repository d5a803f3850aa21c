#include "train/step.h"

#include <cmath>

#include "layers/binary_cross_entropy.h"

namespace nanopneumo {

template <class T>
StepResult<T> compute_gradients(const Graph& graph, Parameters<T>& parameters,
                                const LabelledBatch<T>& batch, const Pass& pass, Segment segment) {
  Tape<T> tape(batch.x.device());
  parameters.reset_gradients();
  Variable<T> logits = forward(graph, parameters, tape, Variable<T>{batch.x}, pass, segment);
  const Variable<T> loss = binary_cross_entropy(tape, logits, batch.labels, batch.weights);
  StepResult<T> result{static_cast<double>(loss.value.to_host()[0]), logits.value.to_host()};
  logits = {};
  tape.backward(loss);
  parameters.finish_gradients();
  return result;
}

template <class T>
StepResult<T> train_step(const Graph& graph, Parameters<T>& parameters, Adam<T>& optimizer,
                         const LabelledBatch<T>& batch, const Pass& pass, Segment segment) {
  const StepResult<T> result = compute_gradients(graph, parameters, batch, pass, segment);
  if (!std::isfinite(result.loss))
    throw_input_error(
        "the loss of step {} is {}: training has diverged; lower --learning-rate or, where the "
        "backbone is trained, --fine-tune-learning-rate",
        pass.step + 1, result.loss);
  optimizer.step(parameters);
  return result;
}

template StepResult<float> compute_gradients(const Graph&, Parameters<float>&,
                                             const LabelledBatch<float>&, const Pass&, Segment);
template StepResult<double> compute_gradients(const Graph&, Parameters<double>&,
                                              const LabelledBatch<double>&, const Pass&, Segment);
template StepResult<float> train_step(const Graph&, Parameters<float>&, Adam<float>&,
                                      const LabelledBatch<float>&, const Pass&, Segment);
template StepResult<double> train_step(const Graph&, Parameters<double>&, Adam<double>&,
                                       const LabelledBatch<double>&, const Pass&, Segment);

}  // namespace nanopneumo
