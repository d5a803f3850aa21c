#include "train/step_memory.h"

#include "tensor/meta_device.h"
#include "train/step.h"

namespace nanopneumo {

ArenaPlan plan_step(const Graph& graph, Segment segment, std::int64_t N) {
  MetaDevice device;
  const int all_nodes = static_cast<int>(graph.nodes().size());
  Parameters<float> parameters(graph, device, /*seed=*/0, /*to_be_loaded=*/all_nodes);
  const Shape& input = graph.nodes()[static_cast<std::size_t>(segment.first)].output;
  const LabelledBatch<float> batch{.x = Tensor<float>(device, input.with_batch(N)),
                                   .labels = Tensor<float>(device, {N}),
                                   .weights = Tensor<float>(device, {N})};
  device.recorder().restart();
  compute_gradients(graph, parameters, batch, {.training = true}, segment);
  return plan_arena(device.recorder().lifetimes());
}

}  // namespace nanopneumo
