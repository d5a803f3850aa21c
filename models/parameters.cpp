#include "models/parameters.h"

#include "layers/random_streams.h"

namespace nanopneumo {

template <class T>
Parameters<T>::Parameters(const Graph& graph, Device& device, std::uint64_t seed,
                          int to_be_loaded) {
  lay_out(graph, device);
  std::uint32_t number = 0;
  for (std::size_t n = 0; n < graph.nodes().size(); ++n)
    for (const ParameterSpec& spec : graph.nodes()[n].parameters) {
      const Tensor<T>& value = variables_[number].value;
      const RandomKey key{seed, kInitializerStream, number};
      ++number;
      if (static_cast<int>(n) <= to_be_loaded) continue;
      const std::vector<double> initial = initial_values(spec.initializer, spec.shape, key);
      value.copy_from_host(std::vector<T>(initial.begin(), initial.end()));
    }
}

template <class T>
Parameters<T>::Parameters(const Graph& graph, const Parameters& values) {
  lay_out(graph, values.trainable_.device());
  if (variables_.size() != values.variables_.size())
    throw_shape_error("{} parameters cannot be laid out for {}, which has {}",
                      values.variables_.size(), graph.name(), variables_.size());
  for (std::size_t i = 0; i < variables_.size(); ++i)
    variables_[i].value.copy_from(values.variables_[i].value);
}

template <class T>
void Parameters<T>::lay_out(const Graph& graph, Device& device) {
  const ParameterCount count = count_parameters(graph);
  trainable_ = Tensor<T>(device, {count.total - count.non_trainable});
  gradients_ = Tensor<T>(device, trainable_.shape());
  fixed_ = Tensor<T>(device, {count.non_trainable});

  std::int64_t next_trainable = 0, next_fixed = 0;
  for (std::size_t n = 0; n < graph.nodes().size(); ++n) {
    const Node& node = graph.nodes()[n];
    first_.push_back(all_.size());
    for (const ParameterSpec& spec : node.parameters) {
      const bool trainable = spec.trainable && !node.frozen;
      std::int64_t& next = trainable ? next_trainable : next_fixed;
      Variable<T> variable{(trainable ? trainable_ : fixed_).window(next, spec.shape)};
      if (trainable)
        variable.gradient = std::make_shared<Gradient<T>>(gradients_.window(next, spec.shape));
      next += spec.shape.elements();
      variables_.push_back(variable);
      all_.push_back({node.name + "/" + spec.name, static_cast<int>(n), trainable, variable});
    }
  }
  first_.push_back(all_.size());
}

template <class T>
std::span<const Variable<T>> Parameters<T>::of_node(int node) const {
  const std::size_t first = first_[static_cast<std::size_t>(node)];
  const std::size_t end = first_[static_cast<std::size_t>(node) + 1];
  return std::span<const Variable<T>>(variables_).subspan(first, end - first);
}

template <class T>
void Parameters<T>::reset_gradients() {
  for (const Variable<T>& variable : variables_)
    if (variable.gradient) variable.gradient->reset();
}

template <class T>
void Parameters<T>::finish_gradients() {
  for (const Variable<T>& variable : variables_)
    if (variable.gradient) variable.gradient->finish();
}

template <class T>
void assign(const Parameter<T>& parameter, std::span<const float> values) {
  if (static_cast<std::int64_t>(values.size()) != parameter.variable.value.size())
    throw_shape_error("{} values do not fill {} of shape {}", values.size(), parameter.name,
                      parameter.variable.shape().str());
  if constexpr (std::is_same_v<T, float>)
    parameter.variable.value.copy_from_host(values);
  else
    parameter.variable.value.copy_from_host(std::vector<T>(values.begin(), values.end()));
}

template class Parameters<float>;
template class Parameters<double>;
template void assign(const Parameter<float>&, std::span<const float>);
template void assign(const Parameter<double>&, std::span<const float>);

}  // namespace nanopneumo
