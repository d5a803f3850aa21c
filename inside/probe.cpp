#include "inside/probe.h"

#include <algorithm>

namespace nanopneumo {
namespace {

Graph all_frozen(Graph graph) {
  graph.freeze_up_to({static_cast<int>(graph.nodes().size()) - 1});
  return graph;
}

/// The same tensor as a variable of its own.
template <class T>
Variable<T> leaf(const Tensor<T>& value) {
  return {value, std::make_shared<Gradient<T>>(value.device(), value.shape())};
}

}  // namespace

template <class T>
Probe<T>::Probe(const Graph& graph, const Parameters<T>& parameters, Device& device)
    : graph_(all_frozen(graph)), parameters_(graph_, parameters), device_(&device) {}

template <class T>
typename Probe<T>::Reading Probe<T>::read(const Tensor<T>& x, int node) const {
  if (x.shape().rank() < 1 || x.shape()[0] != 1)
    throw_shape_error("a probe reads one picture at a time, not {}", x.shape().str());
  Tape<T> tape(*device_);
  Variable<T> watched;
  if (node == 0) watched = leaf(x);
  const Variable<T> logit = forward(graph_, parameters_, tape, node == 0 ? watched : Variable<T>{x},
                                    Pass{}, {}, Observer<T>([&](int n, Variable<T>& output) {
                                      if (n == node) watched = output = leaf(output.value);
                                    }));
  tape.backward(logit);
  watched.gradient->finish();
  return {static_cast<double>(logit.value.to_host()[0]), watched.value, watched.gradient->value()};
}

template <class T>
std::vector<Tensor<T>> Probe<T>::outputs(const Tensor<T>& x, std::span<const int> nodes) const {
  std::vector<Tensor<T>> result(nodes.size());
  Tape<T> off(*device_, Tape<T>::Recording::off);
  forward(graph_, parameters_, off, {x}, Pass{}, {.last = std::ranges::max(nodes)},
          Observer<T>([&](int n, Variable<T>& output) {
            for (std::size_t i = 0; i < nodes.size(); ++i)
              if (nodes[i] == n) result[i] = output.value;
          }));
  return result;
}

template class Probe<float>;
template class Probe<double>;

}  // namespace nanopneumo
