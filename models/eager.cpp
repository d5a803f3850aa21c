#include "models/eager.h"

#include "layers/random_streams.h"

namespace nanopneumo {
namespace {

/// How many of the nodes first+1 .. last read each node's output.
std::vector<int> count_readers(const Graph& graph, std::size_t first, std::size_t last) {
  std::vector<int> readers(graph.nodes().size(), 0);
  for (std::size_t n = first + 1; n <= last; ++n)
    for (const int input : graph.nodes()[n].inputs) ++readers[static_cast<std::size_t>(input)];
  return readers;
}

}  // namespace

template <class T>
Variable<T> forward(const Graph& graph, const Parameters<T>& parameters, Tape<T>& tape,
                    const Variable<T>& x, const Pass& pass, Segment segment,
                    const Observer<T>& observer) {
  const auto first = static_cast<std::size_t>(segment.first);
  const std::size_t last =
      segment.last < 0 ? graph.nodes().size() - 1 : static_cast<std::size_t>(segment.last);
  const Shape& expected = graph.nodes()[first].output;
  if (x.shape().rank() < 1 || x.shape().without_batch() != expected)
    throw_shape_error("{} takes a batch of {} here, not {}", graph.name(), expected.str(),
                      x.shape().str());
  std::vector<int> readers = count_readers(graph, first, last);
  std::vector<Variable<T>> outputs(graph.nodes().size());
  outputs[first] = x;

  for (std::size_t n = first + 1; n <= last; ++n) {
    const Node& node = graph.nodes()[n];
    std::vector<Variable<T>> inputs;
    for (const int i : node.inputs) {
      const auto input = static_cast<std::size_t>(i);
      if (!outputs[input].value.defined())
        throw std::logic_error("layer " + node.name +
                               " reads from outside of the segment that runs");
      inputs.push_back(outputs[input]);
      if (--readers[input] == 0) outputs[input] = {};
    }
    const RandomKey random{pass.seed, kLayerStream + static_cast<std::uint32_t>(n), pass.step};
    outputs[n] =
        node.layer->forward(Call<T>{.tape = tape,
                                    .inputs = inputs,
                                    .parameters = parameters.of_node(static_cast<int>(n)),
                                    .training = pass.training && !node.frozen && !node.inference,
                                    .random = random});
    if (observer) observer(static_cast<int>(n), outputs[n]);
  }
  return outputs[last];
}

template Variable<float> forward(const Graph&, const Parameters<float>&, Tape<float>&,
                                 const Variable<float>&, const Pass&, Segment,
                                 const Observer<float>&);
template Variable<double> forward(const Graph&, const Parameters<double>&, Tape<double>&,
                                  const Variable<double>&, const Pass&, Segment,
                                  const Observer<double>&);

}  // namespace nanopneumo
