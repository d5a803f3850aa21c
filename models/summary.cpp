#include "models/summary.h"

#include <fmt/format.h>

namespace nanopneumo {
namespace {

std::string batch_shape(const Shape& image) {
  std::string text = "(None";
  for (const std::int64_t length : image.lengths()) text += fmt::format(", {}", length);
  return text + ")";
}

std::string memory(std::int64_t parameters) {
  const double bytes = 4.0 * static_cast<double>(parameters);
  if (bytes < 1024) return fmt::format("{:.2f} B", bytes);
  if (bytes < 1024 * 1024) return fmt::format("{:.2f} KB", bytes / 1024);
  return fmt::format("{:.2f} MB", bytes / (1024 * 1024));
}

std::string total_line(const char* what, std::int64_t parameters) {
  return fmt::format(" {}: {} ({})\n", what, with_commas(parameters), memory(parameters));
}

}  // namespace

std::string with_commas(std::int64_t n) {
  std::string digits = std::to_string(n);
  for (int i = static_cast<int>(digits.size()) - 3; i > 0; i -= 3)
    digits.insert(static_cast<std::size_t>(i), 1, ',');
  return digits;
}

std::string parameter_totals(const Graph& graph) {
  const ParameterCount count = count_parameters(graph);
  return total_line("Total params", count.total) +
         total_line("Trainable params", count.total - count.non_trainable) +
         total_line("Non-trainable params", count.non_trainable);
}

std::string summary(const Graph& graph) {
  std::size_t name_width = 12;
  for (const Node& node : graph.nodes())
    name_width = std::max(
        name_width, node.name.size() + 3 + (node.layer ? node.layer->class_name().size() : 10));
  const auto line = [&](const std::string& name, const std::string& shape,
                        const std::string& count) {
    return fmt::format(" {:<{}}  {:<22}  {:>13}\n", name, name_width, shape, count);
  };
  const std::string rule(name_width + 42, '-');
  std::string text = fmt::format("Model: \"{}\"\n{}\n", graph.name(), rule);
  text += line("Layer (type)", "Output shape", "Param #") + rule + "\n";
  for (const Node& node : graph.nodes()) {
    std::int64_t parameters = 0;
    for (const ParameterSpec& spec : node.parameters) parameters += spec.shape.elements();
    const std::string_view type = node.layer ? node.layer->class_name() : "InputLayer";
    text += line(fmt::format("{} ({})", node.name, type), batch_shape(node.output),
                 with_commas(parameters));
  }
  return text + rule + "\n" + parameter_totals(graph);
}

}  // namespace nanopneumo
